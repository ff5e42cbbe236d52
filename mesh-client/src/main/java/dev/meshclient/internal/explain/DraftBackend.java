package dev.meshclient.internal.explain;

import dev.meshclient.Decision;
import dev.meshclient.Explanation;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallDecision;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects what the layers below a rule state of calls to one backend. */
final class DraftBackend extends CollectingSink {
    private static final Set<String> ADMITTING =
            Set.of(EndpointState.USABLE.word(), EndpointState.SLOW_START.word(), EndpointState.DEGRADED.word());

    private final Target target;
    private final Backend backend;
    private final Function<String, Explanation.Source> source;
    private final int weight;
    final double share;
    private final List<Explanation.Locality> localities = new ArrayList<>();
    private final List<Explanation.Endpoint> endpoints = new ArrayList<>();
    private final List<Endpoint> called = new ArrayList<>();
    private final Map<Endpoint, Explanation.Refusal> refusals = new LinkedHashMap<>();
    private final Map<String, Explanation.Setting> settings = new LinkedHashMap<>();
    private final Map<String, Explanation.Setting> shadows = new LinkedHashMap<>();
    private final Map<String, String> ofSeveral = new LinkedHashMap<>(); // remark if there is one endpoint, by field
    private int admitting; // endpoints
    private final Map<Tls.Mode, Integer> otherTls = new EnumMap<>(Tls.Mode.class);

    /**
     * @param call null: there is no request
     * @param source where a field of its settings is stated
     */
    DraftBackend(
            @Nullable Call call, Target target, Function<String, Explanation.Source> source, int weight, double share) {
        super(call);
        this.target = target;
        this.backend = target.backend();
        this.source = source;
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
    public Decision decision() {
        return new CallDecision(target.policy(), target.service(), target.rule(), backend.name(), List.of(), "");
    }

    @Override
    public void refuseAt(Function<@Nullable Endpoint, @Nullable IOException> failure) {
        if (!backend.hasEndpoints()) {
            IOException e = failure.apply(null);
            if (e != null) {
                refuse(e);
            }
        }
        for (Endpoint endpoint : called) {
            IOException e = failure.apply(endpoint);
            if (e != null) {
                refusals.putIfAbsent(endpoint, facts(e));
            }
        }
        if (!called.isEmpty() && refusals.size() == called.size()) {
            refuse(refusals.values().iterator().next());
        }
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
    public void shadowSetting(String field, @Nullable Object value) {
        shadows.put(field, new Explained.SettingFacts(field + " (shadow)", shown(value), source.apply(field)));
    }

    @Override
    public void settingOfSeveral(String field, Object value, boolean shadow, String otherwise) {
        ofSeveral.put(field, otherwise);
        if (shadow) {
            shadowSetting(field, value);
        } else {
            setting(field, value);
        }
    }

    @Override
    public void settingOfCaller(String field, Object value) {
        settings.put(field, new Explained.SettingFacts(field, shown(value), Explanation.Source.CALLER));
    }

    @Override
    public void locality(Explanation.Locality.Kind kind, String name, double share, String why) {
        localities.add(new Explained.LocalityFacts(kind, name, share, why));
    }

    @Override
    public void endpoint(Endpoint endpoint, double share, String state, String why) {
        String place = Stream.of(
                        endpoint.locality().region(),
                        endpoint.locality().zone(),
                        endpoint.locality().subzone())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("/"));
        if (share > 0) {
            called.add(endpoint);
        }
        admitting += share > 0 || ADMITTING.contains(state) ? 1 : 0;
        Tls.Mode mode = backend.tlsMode(endpoint);
        if (mode != backend.tls().mode()) {
            otherTls.merge(mode, 1, Integer::sum);
        }
        endpoints.add(new Explained.EndpointFacts(endpoint.name(), place, share, state, why));
    }

    /** @param fields all settings, in the order of the document */
    Explanation.Backend build(List<String> fields) {
        if (backend.hasEndpoints() && admitting < 2) {
            settings.keySet().removeAll(ofSeveral.keySet());
            shadows.keySet().removeAll(ofSeveral.keySet());
            remarks.addAll(ofSeveral.values());
        }
        otherTls.forEach((mode, number) ->
                remarks.add(number + " of " + endpoints.size() + " endpoints state their own tlsMode, " + mode));
        Set<Explanation.Refusal> kinds = new LinkedHashSet<>(refusals.values());
        if (refusal == null || kinds.size() > 1) { // otherwise the refusal states it
            kinds.forEach(kind -> remarks.add("attempts at " + Collections.frequency(refusals.values(), kind) + " of "
                    + called.size() + " endpoints that get calls fail with " + kind));
        }
        List<Explanation.Setting> all =
                share == 0 ? List.of() : fields.stream().flatMap(this::settings).toList();
        return new Explained.BackendFacts(backend.name(), weight, share, refusal, remarks, localities, endpoints, all);
    }

    /** The setting in effect; beside a shadow it is built in, or of the caller. */
    private Stream<Explanation.Setting> settings(String field) {
        Explanation.Setting shadow = shadows.get(field);
        Explanation.Setting stated = settings.get(field);
        if (stated == null || (shadow != null && stated.source() != Explanation.Source.CALLER)) {
            Explanation.Source of = shadow == null ? source.apply(field) : Explanation.Source.BUILT_IN;
            stated = new Explained.SettingFacts(field, stated == null ? "none" : stated.value(), of);
        }
        return shadow == null ? Stream.of(stated) : Stream.of(stated, shadow);
    }
}
