package dev.meshclient.simulator;

import dev.meshclient.internal.text.HostPort;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.Service;
import dev.meshclient.simulator.Scenario.Fault;
import dev.meshclient.simulator.Scenario.Group;
import dev.meshclient.simulator.Scenario.Kind;
import dev.meshclient.simulator.Scenario.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The endpoints of the policy, those that the scenario generates in place of them included. */
final class ListedEndpoints {
    private static final int SHOWN = 20;

    private final MeshPolicy policy;
    private final List<Group> groups;

    /** An endpoint as the document names it, {@code address:port}. */
    record Listed(String name, String zone) {}

    private ListedEndpoints(MeshPolicy policy, List<Group> groups) {
        this.policy = policy;
        this.groups = groups;
    }

    /** @throws ScenarioException if a part of the scenario selects what the policy lacks */
    static ListedEndpoints of(MeshPolicy stated, Scenario scenario) throws ScenarioException {
        List<PolicyProblem> problems = new ArrayList<>();
        ListedEndpoints listed = new ListedEndpoints(generated(stated, scenario.fleet()), scenario.fleet());
        for (int i = 0; i < scenario.fleet().size(); i++) {
            listed.check(scenario.fleet().get(i).selection(), "fleet[" + i + "]", problems);
        }
        for (int i = 0; i < scenario.faults().size(); i++) {
            Fault fault = scenario.faults().get(i);
            String path = "faults[" + i + "]";
            listed.check(fault.selection(), path, problems);
            if (fault.kind() == Kind.restart
                    && problems.isEmpty()
                    && listed.selected(fault.selection()).isEmpty()) {
                problems.add(PolicyProblem.at(path, "a restart of no endpoint", "a service that lists endpoints", 0));
            }
        }
        if (!problems.isEmpty()) {
            throw new ScenarioException(problems);
        }
        return listed;
    }

    /** The policy with the generated endpoints. */
    MeshPolicy policy() {
        return policy;
    }

    /** Another policy with the same generated endpoints. */
    MeshPolicy generatedIn(MeshPolicy other) {
        return generated(other, groups);
    }

    private static MeshPolicy generated(MeshPolicy policy, List<Group> groups) {
        MeshPolicy.Builder builder = policy.toBuilder();
        for (int i = 0; i < groups.size(); i++) {
            String name = groups.get(i).selection().service();
            Service service = policy.services().get(name);
            if (service != null && !groups.get(i).generated().isEmpty()) {
                builder.service(
                        name,
                        service.toBuilder()
                                .endpoints(endpoints(i, groups.get(i).generated(), service.endpoints()))
                                .build());
            }
        }
        return builder.build();
    }

    /** @param like the endpoints of the document, whose port, labels and other fields these have in turn */
    private static List<Endpoint> endpoints(int group, Map<String, Integer> zones, List<Endpoint> like) {
        List<Endpoint> all = new ArrayList<>();
        zones.forEach((zone, count) -> {
            for (int i = 0; i < count; i++) {
                int n = all.size();
                Endpoint model = like.isEmpty() ? Endpoint.builder().port(80).build() : like.get(n % like.size());
                all.add(model.toBuilder()
                        .address("10." + group % 250 + "." + n / 250 + "." + (n % 250 + 1))
                        .locality(locality(zone))
                        .build());
            }
        });
        return all;
    }

    private static Locality locality(String zone) {
        int slash = zone.indexOf('/');
        return slash < 0 ? Locality.NONE : new Locality(zone.substring(0, slash), zone.substring(slash + 1), "");
    }

    /** {@code region/zone}; empty if the zone is not stated. */
    static String zone(Locality locality) {
        return locality.zone().isEmpty() ? "" : locality.region() + "/" + locality.zone();
    }

    private List<Listed> of(String service) {
        Service found = policy.services().get(service);
        return found == null
                ? List.of()
                : found.endpoints().stream()
                        .map(e -> new Listed(HostPort.of(e.address(), e.port()), zone(e.locality())))
                        .toList();
    }

    /** The names of the selected endpoints of one service, in the order of the document. */
    List<String> selected(Selection selection) {
        return of(selection.service()).stream()
                .filter(e -> selection.zone().isEmpty() || selection.zone().equals(e.zone()))
                .map(Listed::name)
                .filter(name -> selection.names().isEmpty() || selection.names().contains(name))
                .limit(selection.count() == 0 ? Long.MAX_VALUE : selection.count())
                .toList();
    }

    private void check(Selection selection, String path, List<PolicyProblem> problems) {
        String service = selection.service();
        if (!service.isEmpty() && !policy.services().containsKey(service)) {
            problems.add(PolicyProblem.at(
                    path + ".service",
                    PolicyProblem.quoted(service),
                    "a service of the policy: "
                            + some(List.copyOf(policy.services().keySet())),
                    0));
            return;
        }
        if (service.isEmpty() && (!selection.names().isEmpty() || selection.count() > 0)) {
            problems.add(PolicyProblem.at(
                    path + ".service", "nothing", "the service of the endpoints that endpoints or count select", 0));
            return;
        }
        List<String> all = of(service).stream().map(Listed::name).toList();
        for (int i = 0; i < selection.names().size(); i++) {
            String name = selection.names().get(i);
            if (!all.contains(name)) {
                problems.add(PolicyProblem.at(
                        path + ".endpoints[" + i + "]",
                        PolicyProblem.quoted(name),
                        "an endpoint of the service " + service + ": " + some(all),
                        0));
            }
        }
    }

    private static String some(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(SHOWN, names.size()))) + (names.size() > SHOWN ? ", …" : "");
    }
}
