package dev.meshclient.simulator;

import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Simulates a policy document: the layers of production on virtual time, against a fleet with faults that a scenario states.
 * Minutes of traffic take seconds. The same document, scenario and version give the same account, on every JDK.
 *
 * <pre>{@code
 * Account account = Simulator.run(Files.readString(policy), Files.readString(scenario));
 * System.out.println(account);
 * account.check();
 * }</pre>
 *
 * <p>No socket is opened and no name server is asked. Nothing is encrypted; connections, authorities and the keys of tokens do
 * not take part.
 */
public final class Simulator {
    private Simulator() {}

    /**
     * Runs a scenario.
     *
     * @param policy the text of a policy document, which is read strictly
     * @param scenario the text of a scenario, as {@link #schema} describes it
     * @throws PolicyException if the document has a problem or an unknown field
     * @throws ScenarioException if the scenario has one, or the document has not what the scenario selects
     * @throws IOException if the simulation itself fails, such as by a call that never ends
     */
    public static Account run(String policy, String scenario) throws IOException {
        Objects.requireNonNull(policy, "policy must not be null: pass the text of a policy document");
        Objects.requireNonNull(scenario, "scenario must not be null: pass the text of a scenario");
        MeshPolicy stated =
                PolicyCodec.readStrict(policy.getBytes(StandardCharsets.UTF_8)).policy();
        return run(
                stated,
                ScenarioReader.read(scenario),
                ThreadKind.VIRTUAL.isAvailable() ? ThreadKind.VIRTUAL : ThreadKind.PLATFORM);
    }

    static Account run(MeshPolicy policy, Scenario scenario, ThreadKind threads) throws IOException {
        ListedEndpoints listed = ListedEndpoints.of(policy, scenario);
        VirtualTime time = VirtualTime.continuous(threads, scenario.seed());
        Account[] account = new Account[1];
        try {
            time.run(() -> account[0] = new Playback(time, scenario, listed).play());
        } catch (AssertionError e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ScenarioException ofScenario) {
                    throw ofScenario;
                }
            }
            throw new IOException("the simulation failed: " + e.getMessage(), e);
        }
        return account[0];
    }

    /** The JSON Schema (2020-12) of a scenario, for editors. */
    public static String schema() {
        try (InputStream schema = Simulator.class.getResourceAsStream("scenario.schema.json")) {
            return new String(Objects.requireNonNull(schema).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("scenario.schema.json cannot be read from the jar of mesh-client", e);
        }
    }
}
