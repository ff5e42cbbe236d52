package dev.meshclient.internal.route;

import dev.meshclient.Explanation.Rule.State;
import dev.meshclient.NoRoute;
import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallDecision;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Match;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Finds the rule of a request and draws one of its backends, once per call: the retries of the call stay there. */
public final class Route implements CallLayer {
    private final Time time;
    private final Revision revision;
    private final String service;
    private final List<Entry> entries;

    /**
     * A rule.
     *
     * @param name for people
     * @param matches at least one must hold; empty = every request
     * @param backends the backends of its calls
     */
    public record Rule(String name, List<Match> matches, List<WeightedBackend> backends) {}

    /**
     * A backend of a rule.
     *
     * @param target recorded in the decision of a call to this backend
     * @param weight relative to the rule's other backends
     * @param layers the layers below
     */
    public record WeightedBackend(Target target, int weight, CallLayer layers) {}

    /** @param backends those of the rule that get calls */
    private record Entry(
            Rule rule,
            int number,
            RequestMatch match,
            List<WeightedBackend> backends,
            @Nullable AliasTable weights) {}

    private Route(Time time, Revision revision, String service, List<Entry> entries) {
        this.time = time;
        this.revision = revision;
        this.service = service;
        this.entries = entries;
    }

    /**
     * @param revision the document that last stated the rules
     * @param service the service with these rules
     * @param rules in document order
     */
    public static CallLayer create(Time time, Revision revision, String service, List<Rule> rules) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            List<WeightedBackend> backends = new ArrayList<>();
            for (WeightedBackend backend : rule.backends) {
                if (backend.weight > 0) {
                    backends.add(backend);
                }
            }
            List<WeightedBackend> called = List.copyOf(backends);
            AliasTable weights = weights(called);
            if (rule.matches.isEmpty()) {
                entries.add(new Entry(rule, i, RequestMatch.ANY, called, weights));
            }
            for (Match match : rule.matches) {
                entries.add(new Entry(rule, i, new RequestMatch(match), called, weights));
            }
        }
        entries.sort((a, b) -> a.match.compareTo(b.match));
        return new Route(time, revision, service, List.copyOf(entries));
    }

    private static @Nullable AliasTable weights(List<WeightedBackend> backends) {
        double[] weights = new double[backends.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = backends.get(i).weight;
        }
        return weights.length < 2 ? null : AliasTable.of(weights);
    }

    @Override
    public Response call(Call call) throws IOException {
        for (int i = 0; i < entries.size(); i++) { // an iterator would be allocated for every call
            Entry entry = entries.get(i);
            if (entry.match == RequestMatch.ANY || matches(entry, call)) {
                WeightedBackend chosen =
                        entry.backends.get(entry.weights == null ? 0 : entry.weights.draw(time.random()));
                call.target(chosen.target);
                return chosen.layers.call(call);
            }
        }
        throw noneMatches(call);
    }

    private NoRoute noneMatches(Call call) {
        return noRoute(
                call,
                "",
                "no rule of '" + service + "' matches " + call.request().method() + " "
                        + call.request().url().encodedPath() + ", of " + entries.size() + " match(es)",
                "add a rule without matches for all other requests");
    }

    /** A match that gives up fails the call: the next rule may send it where it must not arrive. */
    private boolean matches(Entry entry, Call call) throws NoRoute {
        try {
            return entry.match.matches(call.request());
        } catch (MatchGaveUp e) {
            throw notKnown(entry, call, e);
        }
    }

    private NoRoute notKnown(Entry entry, Call call, MatchGaveUp e) {
        return noRoute(
                call,
                entry.rule.name,
                "whether rule '" + entry.rule.name + "' of '" + service + "' matches is not known: " + e.getMessage(),
                "shorten the value, or make the expression simpler");
    }

    private NoRoute noRoute(Call call, String rule, String what, String advice) {
        return Failures.make()
                .noRoute(
                        what,
                        advice,
                        new CallDecision(
                                revision.text(),
                                service,
                                rule,
                                "",
                                call.decision().attempts(),
                                ""));
    }

    @Override
    public void explain(ExplanationSink to) {
        to.service(service, revision.text());
        Call call = to.call();
        boolean decided = false;
        Set<Integer> shown = new HashSet<>();
        for (Entry entry : entries) {
            State state = State.STATED;
            String why = "";
            if (call != null) {
                try {
                    String difference = entry.match.difference(call.request());
                    why = difference == null ? "" : difference;
                    state = difference != null ? State.DIFFERS : decided ? State.LATER : State.MATCHES;
                } catch (MatchGaveUp e) {
                    state = decided ? State.LATER : State.UNKNOWN;
                    why = String.valueOf(e.getMessage());
                    if (!decided) {
                        to.refuse(notKnown(entry, call, e));
                    }
                }
            }
            decided |= state == State.MATCHES || state == State.UNKNOWN;
            to.rule(entry.rule.name, entry.number, entry.match.toString(), state, why);
            if (state == State.MATCHES || (state == State.STATED && shown.add(entry.number))) {
                explainBackends(entry, to);
            }
        }
        if (call != null && !decided) {
            to.refuse(noneMatches(call));
        }
    }

    private static void explainBackends(Entry entry, ExplanationSink to) {
        double sum = entry.backends.stream().mapToInt(WeightedBackend::weight).sum();
        for (WeightedBackend backend : entry.rule.backends) {
            ExplanationSink below = to.backend(backend.target, backend.weight, backend.weight / sum);
            if (backend.weight > 0) {
                backend.layers.explain(below);
            }
        }
    }

    @Override
    public String toString() {
        return entries.stream()
                .flatMap(e -> e.backends.stream()
                        .map(b -> "rule " + e.rule.name + " -> " + b.target.backend() + " x" + b.weight + ": "
                                + b.layers))
                .distinct()
                .collect(Collectors.joining("\n  ", "route(" + service + ")\n  ", ""));
    }
}
