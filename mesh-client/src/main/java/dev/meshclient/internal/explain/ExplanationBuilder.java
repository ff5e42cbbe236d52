package dev.meshclient.internal.explain;

import dev.meshclient.Explanation;
import dev.meshclient.Explanation.Result;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Target;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Collects what the layers state of one call, or of a service without a call. */
public final class ExplanationBuilder extends CollectingSink {
    private final Sources sources;
    private final List<String> fields;
    private final List<DraftRule> rules = new ArrayList<>();
    private String service = "";
    private String policy;

    /**
     * @param call null: the rules and settings of a service
     * @param inForce the revision of the policy in force
     * @param sources where its settings are stated
     * @param fields all settings, in the order of the document: those that no layer states do not apply
     */
    public ExplanationBuilder(@Nullable Call call, String inForce, Sources sources, List<String> fields) {
        super(call);
        this.policy = inForce;
        this.sources = sources;
        this.fields = fields;
    }

    /** A rule whose backends are not complete yet. */
    private record DraftRule(
            String name,
            int number,
            String condition,
            Explanation.Rule.State state,
            String why,
            List<DraftBackend> backends) {
        Explanation.Rule build(List<String> fields) {
            return new Explained.RuleFacts(
                    name,
                    condition,
                    state,
                    why,
                    backends.stream().map(backend -> backend.build(fields)).toList());
        }
    }

    /** It is no call of the mesh. */
    public void outside(String why) {
        result = Result.OUTSIDE;
        remarks.add(why);
    }

    @Override
    public void service(String name, String revision) {
        service = name;
        policy = revision;
    }

    @Override
    public void rule(String name, int number, String condition, Explanation.Rule.State state, String why) {
        rules.add(new DraftRule(name, number, condition, state, why, new ArrayList<>()));
    }

    @Override
    public ExplanationSink backend(Target target, int weight, double share) {
        DraftRule rule = rules.get(rules.size() - 1);
        DraftBackend backend = new DraftBackend(
                call == null ? null : call.to(target),
                target,
                sources.of(service, rule.number, target.backend()),
                weight,
                share);
        rule.backends.add(backend);
        return backend;
    }

    /** All that was stated. If each backend of the rule refuses or waits, so does the call. */
    public Explanation build() {
        List<DraftBackend> drawn = rules.stream()
                .flatMap(rule -> rule.backends.stream())
                .filter(backend -> backend.share > 0)
                .toList();
        if (call != null && !drawn.isEmpty() && result == Result.SENT) {
            Result first = drawn.get(0).result;
            result = drawn.stream().allMatch(backend -> backend.result == first) ? first : Result.SENT;
            refusal = result == Result.REFUSED ? drawn.get(0).refusal : null;
        }
        return new Explained(
                call == null ? "" : line(call.request()),
                result,
                policy,
                service,
                refusal,
                remarks,
                rules.stream().map(rule -> rule.build(fields)).toList());
    }

    /** Without user, query and fragment, which may be confidential. */
    private static String line(Request request) {
        return request.method() + " "
                + request.url()
                        .newBuilder()
                        .username("")
                        .password("")
                        .query(null)
                        .fragment(null)
                        .build();
    }
}
