package dev.meshclient.spring.actuate;

import dev.meshclient.Explanation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An explanation, with the fields of {@link Explanation#toJson}. */
record ExplanationDescriptor(
        String request,
        String result,
        String policy,
        String service,
        @Nullable Refusal refusal,
        List<String> remarks,
        List<Rule> rules) {

    record Refusal(String exception, String reason, String message) {}

    record Rule(String name, String condition, String state, String why, List<Backend> backends) {}

    record Backend(
            String name,
            int weight,
            double share,
            @Nullable Refusal refusal,
            List<String> remarks,
            List<Locality> localities,
            List<Endpoint> endpoints,
            List<Setting> settings) {}

    record Locality(String kind, String name, double share, String why) {}

    record Endpoint(String address, String locality, double share, String state, String why) {}

    record Setting(String name, String value, String source) {}

    static ExplanationDescriptor of(Explanation explanation, SanitizedValues values) {
        return new ExplanationDescriptor(
                explanation.request(),
                StatusValues.word(explanation.result()),
                explanation.policy(),
                explanation.service(),
                refusal(explanation.refusal(), values),
                remarks(explanation.remarks(), values),
                explanation.rules().stream().map(rule -> rule(rule, values)).toList());
    }

    private static Rule rule(Explanation.Rule rule, SanitizedValues values) {
        return new Rule(
                rule.name(),
                rule.condition(),
                StatusValues.word(rule.state()),
                rule.why(),
                rule.backends().stream()
                        .map(backend -> backend(backend, values))
                        .toList());
    }

    private static Backend backend(Explanation.Backend backend, SanitizedValues values) {
        return new Backend(
                backend.name(),
                backend.weight(),
                backend.share(),
                refusal(backend.refusal(), values),
                remarks(backend.remarks(), values),
                backend.localities().stream()
                        .map(at -> new Locality(StatusValues.word(at.kind()), at.name(), at.share(), at.why()))
                        .toList(),
                backend.endpoints().stream()
                        .map(endpoint -> new Endpoint(
                                values.of("endpoint.address", endpoint.address()),
                                endpoint.locality(),
                                endpoint.share(),
                                endpoint.state(),
                                values.text("endpoint.why", endpoint.why())))
                        .toList(),
                backend.settings().stream()
                        .map(setting -> new Setting(
                                setting.name(),
                                values.text("setting", setting.value()),
                                StatusValues.word(setting.source())))
                        .toList());
    }

    private static @Nullable Refusal refusal(Explanation.@Nullable Refusal refusal, SanitizedValues values) {
        return refusal == null
                ? null
                : new Refusal(refusal.exception(), refusal.reason(), values.text("refusal.message", refusal.message()));
    }

    private static List<String> remarks(List<String> remarks, SanitizedValues values) {
        return remarks.stream().map(remark -> values.text("remark", remark)).toList();
    }
}
