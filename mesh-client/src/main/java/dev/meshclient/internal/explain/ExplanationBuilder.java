package dev.meshclient.internal.explain;

import dev.meshclient.Explanation;
import dev.meshclient.Explanation.Result;
import dev.meshclient.MeshFailure;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Collects what the layers state of one call, or of a service without a call. */
public final class ExplanationBuilder implements ExplanationSink {
    private final @Nullable Call call;
    private final Sources sources;
    private final List<String> fields;
    private final List<String> remarks = new ArrayList<>();
    private final List<DraftRule> rules = new ArrayList<>();
    private String service = "";
    private String policy = "";
    private Result result = Result.SENT;
    private Explanation.@Nullable Refusal refusal;

    /**
     * @param call null: the rules and settings of a service
     * @param sources where its settings are stated
     * @param fields all settings, in the order of the document: those that no layer states do not apply
     */
    public ExplanationBuilder(@Nullable Call call, Sources sources, List<String> fields) {
        this.call = call;
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
            List<OfBackend> backends) {
        Explanation.Rule build() {
            return new Explained.RuleFacts(
                    name,
                    condition,
                    state,
                    why,
                    backends.stream().map(OfBackend::build).toList());
        }
    }

    @Override
    public @Nullable Call call() {
        return call;
    }

    @Override
    public void remark(String text) {
        remarks.add(text);
    }

    @Override
    public void refuse(IOException failure) {
        if (result == Result.SENT) {
            result = Result.REFUSED;
            refusal = refusal(failure);
        }
    }

    private static Explanation.Refusal refusal(IOException failure) {
        return new Explained.RefusalFacts(
                failure.getClass().getSimpleName(),
                failure instanceof MeshFailure ours ? ours.reason() : "",
                String.valueOf(failure.getMessage()));
    }

    @Override
    public void await(String what) {
        if (result == Result.SENT) {
            result = Result.WAITS;
            remarks.add(what);
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
        OfBackend backend = new OfBackend(call == null ? null : call.to(target), target, rule.number, weight, share);
        rule.backends.add(backend);
        return backend;
    }

    @Override
    public void setting(String field, @Nullable Object value) {
        throw new IllegalStateException(field + " is a setting of a backend");
    }

    @Override
    public void settingOfCaller(String field, Object value) {
        setting(field, value);
    }

    @Override
    public void locality(String name, double share, String why) {
        throw new IllegalStateException(name + " is a locality of a backend");
    }

    @Override
    public void endpoint(Endpoint endpoint, double share, String state, String why) {
        throw new IllegalStateException(endpoint + " is an endpoint of a backend");
    }

    /** All that was stated. If each backend of the rule refuses or waits, so does the call. */
    public Explanation build() {
        List<OfBackend> drawn = rules.stream()
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
                rules.stream().map(DraftRule::build).toList());
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

    /** What the layers below the rule state of calls to one backend. */
    private final class OfBackend implements ExplanationSink {
        private final @Nullable Call call;
        private final Backend backend;
        private final Function<String, Explanation.Source> source;
        private final int weight;
        private final double share;
        private final List<String> remarks = new ArrayList<>();
        private final List<Explanation.Locality> localities = new ArrayList<>();
        private final List<Explanation.Endpoint> endpoints = new ArrayList<>();
        private final Map<String, Explanation.Setting> settings = new LinkedHashMap<>();
        private final Map<Tls.Mode, Integer> otherTls = new EnumMap<>(Tls.Mode.class);
        private Result result = Result.SENT;
        private Explanation.@Nullable Refusal refusal;

        OfBackend(@Nullable Call call, Target target, int rule, int weight, double share) {
            this.call = call;
            this.backend = target.backend();
            this.source = sources.of(service, rule, backend);
            this.weight = weight;
            this.share = share;
            setting("timeouts.connect", Duration.ofNanos(backend.connectNanos()));
            setting("timeouts.idle", Duration.ofNanos(backend.idleNanos()));
            setting("tls", inWords(backend.tls()));
            setting("serviceAccount", backend.serviceAccount());
        }

        private static String inWords(Tls tls) {
            return Stream.of(
                            tls.mode().name(),
                            tls.sni() == null ? "" : "sni " + tls.sni(),
                            tls.subjectAltNames().isEmpty() ? "" : "subjectAltNames " + tls.subjectAltNames(),
                            tls.caCertificates() == null ? "" : "caCertificates of the document",
                            tls.credentialName() == null ? "" : "credentialName " + tls.credentialName())
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(", "));
        }

        @Override
        public @Nullable Call call() {
            return call;
        }

        @Override
        public void remark(String text) {
            remarks.add(text);
        }

        @Override
        public void refuse(IOException failure) {
            if (result == Result.SENT) {
                result = Result.REFUSED;
                refusal = ExplanationBuilder.refusal(failure);
            }
        }

        @Override
        public void await(String what) {
            if (result == Result.SENT) {
                result = Result.WAITS;
                remarks.add(what);
            }
        }

        @Override
        public void service(String name, String revision) {
            throw new IllegalStateException(name + " has no place below a rule");
        }

        @Override
        public void rule(String name, int number, String condition, Explanation.Rule.State state, String why) {
            throw new IllegalStateException(name + " has no place below a rule");
        }

        @Override
        public ExplanationSink backend(Target target, int weight, double share) {
            throw new IllegalStateException(target + " has no place below a backend");
        }

        @Override
        public void setting(String field, @Nullable Object value) {
            settings.put(field, new Explained.SettingFacts(field, shown(value), source.apply(field)));
        }

        private static String shown(@Nullable Object value) {
            return value == null
                    ? "none"
                    : value instanceof Duration time
                            ? (time.isZero() ? "none" : Durations.shown(time))
                            : String.valueOf(value);
        }

        @Override
        public void settingOfCaller(String field, Object value) {
            settings.put(field, new Explained.SettingFacts(field, shown(value), Explanation.Source.CALLER));
        }

        @Override
        public void locality(String name, double share, String why) {
            localities.add(new Explained.LocalityFacts(name, share, why));
        }

        @Override
        public void endpoint(Endpoint endpoint, double share, String state, String why) {
            String place = Stream.of(
                            endpoint.locality().region(),
                            endpoint.locality().zone(),
                            endpoint.locality().subzone())
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining("/"));
            Tls.Mode mode = backend.tlsMode(endpoint);
            if (mode != backend.tls().mode()) {
                otherTls.merge(mode, 1, Integer::sum);
            }
            endpoints.add(new Explained.EndpointFacts(endpoint.name(), place, share, state, why));
        }

        Explanation.Backend build() {
            otherTls.forEach((mode, number) ->
                    remarks.add(number + " of " + endpoints.size() + " endpoints state their own tlsMode, " + mode));
            List<Explanation.Setting> all = share == 0
                    ? List.of()
                    : fields.stream()
                            .map(field -> settings.containsKey(field)
                                    ? settings.get(field)
                                    : new Explained.SettingFacts(field, "none", source.apply(field)))
                            .toList();
            return new Explained.BackendFacts(
                    backend.name(), weight, share, refusal, remarks, localities, endpoints, all);
        }
    }
}
