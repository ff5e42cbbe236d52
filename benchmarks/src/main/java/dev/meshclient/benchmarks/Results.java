package dev.meshclient.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The figures of one JDK.
 *
 * @param runs the first one measured everything that was asked for, later ones repeated some scenarios; each figure is there once
 */
record Results(int jdk, List<Run> runs) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** The figures of one command, and the machine that measured them. */
    record Run(Machine machine, List<Figure> figures) {
        Run {
            figures = List.copyOf(figures);
        }

        private Run without(List<Figure> repeated) {
            List<Figure> left = figures.stream()
                    .filter(figure -> repeated.stream().noneMatch(other -> other.isOfSameJvmAs(figure)))
                    .toList();
            return new Run(machine, left);
        }

        /** The scenarios and paths that it has figures of, for a reader. */
        String scenarios() {
            TreeSet<String> names = new TreeSet<>();
            figures.forEach(figure ->
                    names.add("`" + figure.scenario() + "` " + figure.scenario().pathText(figure.path())));
            return String.join(", ", names);
        }
    }

    Results {
        runs = List.copyOf(runs);
    }

    List<Figure> figures() {
        return runs.stream().flatMap(run -> run.figures.stream()).toList();
    }

    /** The figures of the run take the place of those of the same scenarios and paths. */
    Results with(Run repeated) {
        if (repeated.figures.isEmpty() && !runs.isEmpty()) {
            return this;
        }
        List<Run> all = new ArrayList<>();
        for (Run run : runs) {
            Run left = run.without(repeated.figures);
            if (!left.figures.isEmpty()) {
                all.add(left);
            }
        }
        all.add(repeated);
        return new Results(jdk, all);
    }

    Optional<Figure> find(Mark mark, CallPath path) {
        return figures().stream()
                .filter(figure -> figure.path() == path && mark.isOf(figure))
                .findFirst();
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, JSON.writeValueAsString(this) + "\n");
    }

    static Results read(Path file) throws IOException {
        return JSON.readValue(Files.readString(file), Results.class);
    }

    /** For the process that started this one. */
    static void writeFigures(List<Figure> figures, Path file) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(figures));
    }

    static List<Figure> readFigures(Path file) throws IOException {
        return JSON.readValue(Files.readString(file), new TypeReference<List<Figure>>() {});
    }
}
