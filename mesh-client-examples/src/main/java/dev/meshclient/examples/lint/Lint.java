package dev.meshclient.examples.lint;

import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Prints all problems of policy documents, one line for each problem: {@code file:line: path: value (legal: ...)}. It is strict:
 * a field that this version does not know is a problem too.
 */
public final class Lint {
    static final int OK = 0;
    static final int PROBLEMS = 1;
    static final int UNUSABLE = 2;

    private static final String STDIN = "-";
    private static final String USAGE = """
            usage: lint FILE...     checks policy documents; - is the standard input
                   lint --schema    prints the JSON Schema (2020-12) of a policy document
            exit code: 0 = nothing is wrong, 1 = problems were found, 2 = wrong usage, or a file cannot be read""";

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    Lint(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** Ends the JVM with a code other than 0 if there is a problem. */
    public static void main(String[] args) {
        int code = new Lint(System.in, System.out, System.err).run(List.of(args));
        if (code != OK) {
            System.out.flush();
            System.exit(code);
        }
    }

    /** The exit code: the highest of all files. */
    int run(List<String> args) {
        if (args.equals(List.of("--schema"))) {
            out.print(PolicyCodec.schema());
            return OK;
        }
        if (args.isEmpty() || args.stream().anyMatch(arg -> arg.startsWith("--"))) {
            err.println(USAGE);
            return UNUSABLE;
        }
        return args.stream().mapToInt(this::check).max().orElse(OK);
    }

    private int check(String file) {
        try {
            byte[] document = file.equals(STDIN) ? in.readAllBytes() : Files.readAllBytes(Path.of(file));
            MeshPolicy policy = PolicyCodec.readStrict(document).policy();
            out.println(file + ": ok, " + summary(policy));
            return OK;
        } catch (PolicyException e) {
            for (PolicyProblem problem : e.problems()) {
                out.println(file + (problem.line() > 0 ? ":" + problem.line() : "") + ": " + problem);
            }
            return PROBLEMS;
        } catch (NoSuchFileException e) {
            err.println(file + ": no such file");
            return UNUSABLE;
        } catch (IOException | IllegalArgumentException e) {
            err.println(file + ": cannot be read: " + e);
            return UNUSABLE;
        }
    }

    private static String summary(MeshPolicy policy) {
        int endpoints = policy.services().values().stream()
                .mapToInt(service -> service.endpoints().size())
                .sum();
        return policy.services().size() + " service(s), " + endpoints + " endpoint(s)";
    }
}
