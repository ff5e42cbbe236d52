package dev.meshclient.simulator;

import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.time.VirtualTime;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.simulator.Scenario.Caller;
import dev.meshclient.simulator.Scenario.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** One run of a scenario, as the root task of virtual time. */
final class Playback {
    /** Each call in flight has a thread. */
    private static final int MAX_IN_FLIGHT = 5_000;

    private final VirtualTime time;
    private final Scenario scenario;
    private final ListedEndpoints listed;
    private final Fleet fleet;
    private final SimulatedNames names = new SimulatedNames();
    private final Signal ended;
    private final List<CallingProcess> processes = new ArrayList<>();
    private final List<Tally> tallies = new ArrayList<>();
    private int arriving;
    private int inFlight;

    Playback(VirtualTime time, Scenario scenario, ListedEndpoints listed) {
        this.time = time;
        this.scenario = scenario;
        this.listed = listed;
        this.fleet = new Fleet(scenario, listed);
        this.ended = time.signal("the end of the calls");
    }

    Account play() throws IOException {
        MemoryPolicySource policy = PolicySource.of(text(listed.policy()));
        List<Time.Timer> documents = publish(policy);
        try {
            begin(policy);
            while (arriving > 0 || inFlight > 0) {
                ended.await(Time.NEVER);
            }
        } finally {
            documents.forEach(Time.Timer::cancel);
            processes.forEach(CallingProcess::close);
            time.join();
        }
        return account();
    }

    private void begin(MemoryPolicySource policy) throws ScenarioException {
        Set<String> tokens = tokens();
        for (int i = 0; i < scenario.callers().size(); i++) {
            Caller caller = scenario.callers().get(i);
            Tally tally = new Tally();
            tallies.add(tally);
            for (int n = 0; n < caller.instances(); n++) {
                SimulatedWire wire = new SimulatedWire(time, fleet, names, caller.zone(), tally);
                CallingProcess process = new CallingProcess(time, caller, policy, tokens, wire, names, tally);
                processes.add(process);
                if (n == 0 && process.service().isEmpty()) {
                    throw new ScenarioException(List.of(PolicyProblem.at(
                            "callers[" + i + "].host",
                            PolicyProblem.quoted(caller.url().host()),
                            "a host that a service of the policy claims",
                            0)));
                }
                arrive(caller, process);
            }
        }
    }

    private void arrive(Caller caller, CallingProcess process) {
        int number = processes.size();
        arriving++;
        double perSecond = caller.perSecond() / caller.instances();
        Runnable call = () -> {
            process.call();
            inFlight--;
            ended.raise();
        };
        new Arrivals(
                time,
                perSecond,
                scenario.nanos(),
                time.random(number),
                () -> {
                    if (!caller.zone().isEmpty() && fleet.isLost(caller.zone(), time.now())) {
                        return;
                    }
                    if (++inFlight > MAX_IN_FLIGHT) {
                        throw new UncheckedIOException(tooMany());
                    }
                    time.start("call", call);
                },
                () -> {
                    arriving--;
                    ended.raise();
                });
    }

    private ScenarioException tooMany() {
        return new ScenarioException(List.of(PolicyProblem.at(
                "callers",
                "more than " + MAX_IN_FLIGHT + " calls in flight after " + Account.millis(time.now()),
                "a perSecond with fewer calls in flight, or a policy with shorter timeouts or a limit",
                0)));
    }

    private List<Time.Timer> publish(MemoryPolicySource policy) {
        List<Time.Timer> timers = new ArrayList<>();
        for (int i = 0; i < scenario.faults().size(); i++) {
            Fault fault = scenario.faults().get(i);
            String path = "faults[" + i + "].document";
            MeshPolicy document = fault.document();
            if (document != null) {
                timers.add(time.at(fault.from(), "publish", () -> publish(policy, document, path)));
            }
        }
        return timers;
    }

    private void publish(MemoryPolicySource policy, MeshPolicy document, String path) {
        try {
            policy.update(listed.generatedIn(document));
        } catch (IOException | IllegalArgumentException e) {
            throw new UncheckedIOException(new ScenarioException(List.of(
                    PolicyProblem.at(path, String.valueOf(e.getMessage()), "a document that a mesh accepts", 0))));
        }
    }

    private static String text(MeshPolicy policy) throws ScenarioException {
        try {
            return new String(PolicyCodec.write(policy), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ScenarioException(List.of(PolicyProblem.at(
                    "fleet", String.valueOf(e.getMessage()), "zones that this policy can have as endpoints", 0)));
        }
    }

    /** The tokens that the policies may send, each of which the processes have. */
    private Set<String> tokens() {
        List<MeshPolicy> all = new ArrayList<>(List.of(listed.policy()));
        for (Fault fault : scenario.faults()) {
            MeshPolicy document = fault.document();
            if (document != null) {
                all.add(document);
            }
        }
        Set<String> tokens = new TreeSet<>();
        all.stream()
                .flatMap(Playback::settings)
                .map(settings -> settings.backend().access().credentials())
                .filter(Objects::nonNull)
                .forEach(credentials -> tokens.add(credentials.token()));
        return tokens;
    }

    private static Stream<Settings> settings(MeshPolicy policy) {
        return Stream.concat(
                Stream.of(policy.defaults()),
                policy.services().values().stream()
                        .flatMap(service -> Stream.concat(
                                Stream.of(service.settings()),
                                service.subsets().stream().map(Subset::settings))));
    }

    private Account account() {
        Tally total = new Tally();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < tallies.size(); i++) {
            Tally tally = tallies.get(i);
            total.add(tally);
            Caller caller = scenario.callers().get(i);
            lines.add(caller + ": calls " + tally.calls + (tally.failures.isEmpty() ? "" : ", lost " + tally.failures)
                    + ", attempts " + tally.attempts + ", p99 " + Account.millis(tally.perMille(990)));
        }
        return new Account(
                "simulation of " + scenario.nanos() / 1_000_000_000 + " s, seed " + scenario.seed(),
                total,
                lines.size() == 1 ? List.of() : lines,
                scenario.limits());
    }
}
