package dev.meshclient.simulator;

import dev.meshclient.policy.PolicyException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The command that simulates a policy document, for every CI. */
public final class SimulatorCommand {
    static final int OK = 0;
    static final int BROKEN = 1;
    static final int PROBLEMS = 2;
    /** EX_USAGE of sysexits.h. */
    static final int USAGE = 64;
    /** EX_NOINPUT of sysexits.h. */
    static final int UNREADABLE = 66;
    /** EX_SOFTWARE of sysexits.h. */
    static final int DEFECT = 70;

    private static final String HOW_TO_USE = """
            usage: java -jar mesh-client-simulator.jar POLICY SCENARIO...
                   simulates a policy document in each scenario, and prints the account
              --schema            prints the JSON Schema (2020-12) of a scenario, and ends
            exit code: 0 = all bounds hold; 1 = one does not; 2 = the policy or a scenario has problems; 64 = wrong usage;
            66 = a file cannot be read; 70 = the simulation failed (of several scenarios: the highest)""";

    private final PrintStream out;
    private final PrintStream err;

    SimulatorCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Ends the JVM with a code other than 0 if a bound does not hold. */
    public static void main(String[] args) {
        System.setProperty("slf4j.internal.verbosity", "ERROR"); // the jar has no logger, on purpose
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        int code = new SimulatorCommand(out, System.err).run(List.of(args));
        out.flush();
        if (code != OK) {
            System.exit(code);
        }
    }

    int run(List<String> args) {
        if (args.equals(List.of("--schema"))) {
            out.print(Simulator.schema());
            return OK;
        }
        if (args.equals(List.of("--help"))) {
            out.println(HOW_TO_USE);
            return OK;
        }
        if (args.size() < 2 || args.stream().anyMatch(arg -> arg.startsWith("--"))) {
            err.println(args.size() < 2 ? "a policy and a scenario are needed" : "no such option, or not beside files");
            err.println(HOW_TO_USE);
            return USAGE;
        }
        String policy = read(args.get(0));
        int code = policy == null ? UNREADABLE : OK;
        for (String file : args.subList(1, args.size())) {
            String scenario = read(file);
            int one = policy == null || scenario == null ? UNREADABLE : run(args.get(0), policy, file, scenario);
            code = Math.max(code, one);
        }
        return code;
    }

    private @Nullable String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (NoSuchFileException e) {
            err.println(file + ": no such file");
        } catch (IOException | InvalidPathException e) {
            err.println(file + ": cannot be read: " + e);
        }
        return null;
    }

    private int run(String policyFile, String policy, String scenarioFile, String scenario) {
        try {
            Account account = Simulator.run(policy, scenario);
            out.print(scenarioFile + ": " + account);
            return account.violations().isEmpty() ? OK : BROKEN;
        } catch (PolicyException e) {
            e.problems().forEach(problem -> out.println(policyFile + ": " + problem));
            return PROBLEMS;
        } catch (ScenarioException e) {
            e.problems().forEach(problem -> out.println(scenarioFile + ": " + problem));
            return PROBLEMS;
        } catch (IOException | RuntimeException | Error e) {
            err.println(scenarioFile + ": " + e.getMessage());
            e.printStackTrace(err);
            return DEFECT;
        }
    }
}
