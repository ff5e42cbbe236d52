package dev.meshclient.internal.route;

import dev.meshclient.Decision;
import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Match;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Finds the rule of a request and draws one of its backends, once a call: its retries stay there. */
public final class Route implements Layer {
    private final Time time;
    private final String policy;
    private final String service;
    private final List<Entry> entries;

    /**
     * A rule.
     *
     * @param name for people
     * @param matches any of them; empty = every request
     * @param branches where its calls go
     */
    public record Rule(String name, List<Match> matches, List<Branch> branches) {}

    /**
     * A backend of a rule.
     *
     * @param target what is decided by taking it
     * @param weight relative to the rule's other branches
     * @param layers below
     */
    public record Branch(Target target, int weight, Layer layers) {}

    private record Entry(
            String rule,
            RequestMatch match,
            List<Branch> branches,
            @Nullable AliasTable weights) {}

    private Route(Time time, String policy, String service, List<Entry> entries) {
        this.time = time;
        this.policy = policy;
        this.service = service;
        this.entries = entries;
    }

    /**
     * @param policy in force, as {@code epoch/version}
     * @param service whose rules they are
     * @param rules in document order
     */
    public static Layer create(Time time, String policy, String service, List<Rule> rules) {
        List<Entry> entries = new ArrayList<>();
        for (Rule rule : rules) {
            List<Branch> branches =
                    rule.branches.stream().filter(b -> b.weight > 0).toList();
            AliasTable weights = branches.size() < 2
                    ? null
                    : AliasTable.of(
                            branches.stream().mapToDouble(Branch::weight).toArray());
            List<RequestMatch> matches = rule.matches.isEmpty()
                    ? List.of(RequestMatch.ANY)
                    : rule.matches.stream().map(RequestMatch::new).toList();
            matches.forEach(match -> entries.add(new Entry(rule.name, match, branches, weights)));
        }
        entries.sort(Comparator.comparing(Entry::match, RequestMatch.PRECEDENCE));
        return new Route(time, policy, service, List.copyOf(entries));
    }

    @Override
    public Response call(CallContext call) throws IOException {
        for (int i = 0; i < entries.size(); i++) { // an iterator would be made for every call
            Entry entry = entries.get(i);
            if (entry.match == RequestMatch.ANY || entry.match.matches(call.request())) {
                Branch branch = entry.branches.get(entry.weights == null ? 0 : entry.weights.draw(time.random()));
                call.target(branch.target);
                return branch.layers.call(call);
            }
        }
        throw Failures.make()
                .noRoute(
                        "no rule of '" + service + "' takes " + call.request().method() + " "
                                + call.request().url().encodedPath() + ", of " + entries.size() + " match(es)",
                        "add a rule without matches to take the rest",
                        new Decision(policy, service, "", "", call.decision().attempts(), ""));
    }

    @Override
    public String toString() {
        return entries.stream()
                .flatMap(e -> e.branches.stream()
                        .map(b -> "rule " + e.rule + " -> " + b.target.backend() + " x" + b.weight + ": " + b.layers))
                .distinct()
                .collect(Collectors.joining("\n  ", "route(" + service + ")\n  ", ""));
    }
}
