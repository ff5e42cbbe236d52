package dev.meshclient.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The figures of one run, and where they are from. */
record Results(int jdk, Machine machine, List<Figure> figures) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    Results {
        figures = List.copyOf(figures);
    }

    Optional<Figure> find(Mark mark, CallPath path) {
        return figures.stream()
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
