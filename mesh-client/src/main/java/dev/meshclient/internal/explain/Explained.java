package dev.meshclient.internal.explain;

import dev.meshclient.Explanation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An explanation as facts. */
record Explained(
        String request,
        Result result,
        String policy,
        String service,
        @Nullable Refusal refusal,
        List<String> remarks,
        List<Rule> rules)
        implements Explanation {
    Explained {
        remarks = List.copyOf(remarks);
        rules = List.copyOf(rules);
    }

    record RefusalFacts(String exception, String reason, String message) implements Refusal {
        @Override
        public String toString() {
            return exception + (reason.isEmpty() ? "" : " (" + reason + ")") + ": " + message;
        }
    }

    record RuleFacts(String name, String condition, State state, String why, List<Backend> backends) implements Rule {
        RuleFacts {
            backends = List.copyOf(backends);
        }
    }

    record BackendFacts(
            String name,
            int weight,
            double share,
            @Nullable Refusal refusal,
            List<String> remarks,
            List<Locality> localities,
            List<Endpoint> endpoints,
            List<Setting> settings)
            implements Backend {
        BackendFacts {
            remarks = List.copyOf(remarks);
            localities = List.copyOf(localities);
            endpoints = List.copyOf(endpoints);
            settings = List.copyOf(settings);
        }
    }

    record LocalityFacts(Kind kind, String name, double share, String why) implements Locality {}

    record EndpointFacts(String address, String locality, double share, String state, String why) implements Endpoint {}

    record SettingFacts(String name, String value, Source source) implements Setting {}

    @Override
    public String toJson() {
        return ExplanationJson.of(this);
    }

    @Override
    public String toString() {
        return ExplanationText.of(this);
    }
}
