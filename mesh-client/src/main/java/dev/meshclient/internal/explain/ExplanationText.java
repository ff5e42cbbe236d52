package dev.meshclient.internal.explain;

import dev.meshclient.Explanation;
import dev.meshclient.internal.text.Percent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints an explanation for a terminal. */
final class ExplanationText {
    private static final int ENDPOINTS_PRINTED = 100;

    private final StringBuilder text = new StringBuilder();

    private ExplanationText() {}

    static String of(Explanation explanation) {
        ExplanationText print = new ExplanationText();
        print.head(explanation);
        explanation.rules().forEach(print::rule);
        return print.text.toString();
    }

    private void head(Explanation e) {
        text.append(e.request().isEmpty() ? "calls" : e.request())
                .append(
                        switch (e.result()) {
                            case SENT -> e.service().isEmpty() ? "" : " to service " + e.service();
                            case REFUSED ->
                                " is refused"
                                        + (e.service().isEmpty() ? "" : " by the rules for service " + e.service());
                            case WAITS -> " waits" + (e.service().isEmpty() ? "" : ", then to service " + e.service());
                            case OUTSIDE -> " is no call of the mesh";
                        })
                .append(e.policy().isEmpty() ? "" : ", policy " + e.policy());
        Explanation.Refusal refusal = e.refusal();
        if (refusal != null && e.rule() == null) { // otherwise the backends print theirs
            line(1, "! " + refusal);
        }
        e.remarks().forEach(remark -> line(1, remark));
    }

    private void rule(Explanation.Rule rule) {
        line(
                0,
                "rule " + rule.name() + " (" + rule.condition() + ")"
                        + switch (rule.state()) {
                            case STATED -> "";
                            case MATCHES -> " matches";
                            case DIFFERS -> " does not match: " + rule.why();
                            case LATER ->
                                rule.why().isEmpty()
                                        ? " would match, but a rule before it decides"
                                        : " comes after the rule that decides; it cannot be compared: " + rule.why();
                            case UNKNOWN -> " refuses the call: " + rule.why();
                        });
        rule.backends().forEach(this::backend);
    }

    private void backend(Explanation.Backend backend) {
        line(
                1,
                "backend " + backend.name() + ": " + Percent.of(backend.share()) + " of the calls, weight "
                        + backend.weight());
        Explanation.Refusal refusal = backend.refusal();
        if (refusal != null) {
            line(2, "! " + refusal);
        }
        backend.remarks().forEach(remark -> line(2, remark));
        backend.localities().forEach(this::locality);
        List<? extends Explanation.Endpoint> endpoints = backend.endpoints();
        endpoints.stream().limit(ENDPOINTS_PRINTED).forEach(this::endpoint);
        if (endpoints.size() > ENDPOINTS_PRINTED) {
            line(2, "and " + (endpoints.size() - ENDPOINTS_PRINTED) + " more endpoints");
        }
        settings(backend.settings());
    }

    private void locality(Explanation.Locality locality) {
        String name = locality.name();
        line(
                locality.kind() == Explanation.Locality.Kind.PRIORITY ? 2 : 3,
                (locality.kind() == Explanation.Locality.Kind.DISTRIBUTION
                                ? ""
                                : name + ": " + Percent.of(locality.share()) + "; ")
                        + locality.why());
    }

    private void endpoint(Explanation.Endpoint endpoint) {
        line(
                2,
                endpoint.address() + (endpoint.locality().isEmpty() ? "" : " in " + endpoint.locality()) + ": "
                        + Percent.of(endpoint.share()) + ", " + endpoint.state()
                        + (endpoint.why().isEmpty() ? "" : " (" + endpoint.why() + ")"));
    }

    /** A line for each stated setting, one for all that are built in, and one for all that do not apply. */
    private void settings(List<Explanation.Setting> settings) {
        List<String> builtIn = new ArrayList<>();
        List<String> none = new ArrayList<>();
        for (Explanation.Setting setting : settings) {
            if (setting.source() != Explanation.Source.BUILT_IN) {
                String source = setting.source().name().toLowerCase(Locale.ROOT).replace('_', ' ');
                line(2, setting.name() + ": " + setting.value() + " (" + source + ")");
            } else if (setting.value().equals("none")) {
                if (!setting.name().endsWith(".shadow")) {
                    none.add(setting.name());
                }
            } else {
                builtIn.add(setting.name() + " " + setting.value());
            }
        }
        if (!settings.isEmpty()) {
            line(2, "built in: " + String.join(", ", builtIn));
            line(2, "none: " + String.join(", ", none));
        }
    }

    private void line(int depth, String content) {
        text.append(text.length() == 0 ? "" : "\n")
                .append("  ".repeat(depth))
                .append(content.replace("\n", "\n  " + "  ".repeat(depth)));
    }
}
