package dev.meshclient.internal.lint;

import dev.meshclient.internal.lint.Finding.Severity;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Prints all problems of policy documents, and what is legal and has no effect, one line for each finding. It is strict: a
 * field that this version does not know is a problem too.
 */
public final class Lint {
    static final int OK = 0;
    static final int WARNINGS = 1;
    static final int PROBLEMS = 2;
    /** EX_USAGE of sysexits.h. */
    static final int USAGE = 64;
    /** EX_NOINPUT of sysexits.h. */
    static final int UNREADABLE = 66;
    /** EX_SOFTWARE of sysexits.h. */
    static final int DEFECT = 70;

    private static final String STDIN = "-";
    private static final String FEDERATED = "--federated=";
    private static final String HOW_TO_USE = """
            usage: java -jar mesh-client-lint.jar [OPTION]... FILE...
                   checks policy documents; - is the standard input
              --json              prints one JSON array of findings: severity, file, line, path, value, text
              --strict            warnings fail too
              --federated=A,B     trust domains other than the document's, whose members may call
              --schema            prints the JSON Schema (2020-12) of a policy document, and ends
            exit code: 0 = good; 1 = warnings, with --strict; 2 = problems; 64 = wrong usage; 66 = a file cannot be read;
            70 = a defect of this command, or too little memory (of several files: the highest)""";

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final List<Finding> findings = new ArrayList<>();
    private final Set<String> federated = new LinkedHashSet<>();
    private boolean json;
    private boolean strict;

    Lint(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** Ends the JVM with a code other than 0 if there is a problem. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        int code = new Lint(System.in, out, System.err).run(List.of(args));
        out.flush();
        if (code != OK) {
            System.exit(code);
        }
    }

    /** The exit code: the highest of all files. A defect must not end the JVM with 1, as warnings do. */
    int run(List<String> args) {
        try {
            return checked(args);
        } catch (RuntimeException | Error e) {
            err.println("the lint command failed, and its output is incomplete: " + e);
            e.printStackTrace(err);
            return DEFECT;
        }
    }

    private int checked(List<String> args) {
        if (args.equals(List.of("--schema"))) {
            out.print(PolicyCodec.schema());
            return OK;
        }
        if (args.equals(List.of("--help"))) {
            out.println(HOW_TO_USE);
            return OK;
        }
        List<String> files = new ArrayList<>();
        for (String arg : args) {
            if (!option(arg)) {
                if (arg.startsWith("--")) {
                    return misused("this option does not exist, or stands alone only: " + arg);
                }
                files.add(arg);
            }
        }
        if (files.isEmpty()) {
            return misused("no file is named");
        }
        files.forEach(this::check);
        if (json) {
            out.println(findings.stream().map(Finding::json).collect(Collectors.joining(",\n ", "[", "]")));
        }
        return findings.stream().mapToInt(this::code).max().orElse(OK);
    }

    private int misused(String what) {
        err.println(what);
        err.println(HOW_TO_USE);
        return USAGE;
    }

    private boolean option(String arg) {
        if (arg.startsWith(FEDERATED)) {
            return federated.addAll(List.of(arg.substring(FEDERATED.length()).split(",")));
        }
        json |= arg.equals("--json");
        strict |= arg.equals("--strict");
        return arg.equals("--json") || arg.equals("--strict");
    }

    private int code(Finding finding) {
        return switch (finding.severity()) {
            case WARNING -> strict ? WARNINGS : OK;
            case PROBLEM -> PROBLEMS;
            case UNREADABLE -> UNREADABLE;
        };
    }

    private void check(String file) {
        try {
            byte[] document = file.equals(STDIN) ? in.readAllBytes() : Files.readAllBytes(Path.of(file));
            PolicyCodec.warnings(document, federated)
                    .forEach(warning -> found(Finding.of(Severity.WARNING, file, warning)));
            MeshPolicy policy = PolicyCodec.readStrict(document).policy();
            if (!json) {
                out.println(file + ": ok, " + summary(policy));
            }
        } catch (PolicyException e) {
            if (e.getCause() instanceof RuntimeException defect) {
                throw defect;
            }
            e.problems().forEach(problem -> found(Finding.of(Severity.PROBLEM, file, problem)));
        } catch (NoSuchFileException e) {
            found(Finding.unreadable(file, "no such file"));
        } catch (IOException | InvalidPathException e) {
            found(Finding.unreadable(file, "cannot be read: " + e));
        }
    }

    private void found(Finding finding) {
        findings.add(finding);
        if (!json) {
            (finding.severity() == Severity.UNREADABLE ? err : out).println(finding.forPeople());
        }
    }

    private static String summary(MeshPolicy policy) {
        int endpoints = policy.services().values().stream()
                .mapToInt(service -> service.endpoints().size())
                .sum();
        return policy.services().size() + " service(s), " + endpoints + " endpoint(s)";
    }
}
