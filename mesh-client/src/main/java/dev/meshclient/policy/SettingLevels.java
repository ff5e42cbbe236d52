package dev.meshclient.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which places of a policy state the settings of calls together. */
final class SettingLevels {
    /**
     * A place that states settings.
     *
     * @param kind rule, subset, service or defaults
     */
    record Level(Place place, String kind, Settings settings) {
        Timeouts timeouts() {
            return settings.route().timeouts();
        }
    }

    /**
     * The levels that apply together to calls of this service.
     *
     * @param levels that of the highest precedence first
     * @param listed the endpoints that the document lists for these calls
     */
    record Combination(List<Level> levels, Service called, List<Endpoint> listed) {
        static Combination of(List<Level> levels, Service called, @Nullable Subset subset) {
            List<Endpoint> listed = called.endpoints().stream()
                    .filter(e -> subset == null
                            || e.labels().entrySet().containsAll(subset.labels().entrySet()))
                    .toList();
            return new Combination(levels, called, listed);
        }

        /** How many endpoints the document lists for these calls; {@link #UNKNOWN}: it does not list them. */
        int endpoints() {
            return called.resolution() == Resolution.STATIC && !listed.isEmpty() ? listed.size() : UNKNOWN;
        }

        /** How many of {@link #endpoints} a client calls at most: {@code subsetSize} limits those of each priority and zone. */
        int reached() {
            LoadBalancer balancer = first(s -> s.backend().loadBalancer());
            Integer size = balancer == null ? null : balancer.subsetSize();
            if (size == null || size == 0 || endpoints() == UNKNOWN) {
                return endpoints();
            }
            record Group(
                    Locality locality, @Nullable String cluster, Endpoint.Health health, Map<String, String> labels) {}
            Map<Group, Integer> groups = new HashMap<>();
            listed.forEach(
                    e -> groups.merge(new Group(e.locality(), e.cluster(), e.health(), e.labels()), 1, Integer::sum));
            return groups.values().stream().mapToInt(n -> Math.min(n, size)).sum();
        }

        /** {@code endpoints} or {@code endpoints within loadBalancer.subsetSize}. */
        String reachedInWords() {
            return reached() == endpoints() ? "endpoints" : "endpoints within loadBalancer.subsetSize";
        }

        /** The value that applies; null: no level states it. */
        <T> @Nullable T first(Function<Settings, @Nullable T> value) {
            Level stating = stating(value);
            return stating == null ? null : value.apply(stating.settings());
        }

        /** The level whose value applies; null: no level states it. */
        @Nullable
        Level stating(Function<Settings, ? extends @Nullable Object> value) {
            for (Level level : levels) {
                if (value.apply(level.settings()) != null) {
                    return level;
                }
            }
            return null;
        }
    }

    /** More endpoints than any value asks for. */
    static final int UNKNOWN = Integer.MAX_VALUE;

    private final MeshPolicy policy;
    private final Map<Level, List<Level>> all = new LinkedHashMap<>();
    private final List<Combination> routes = new ArrayList<>();
    private final List<Combination> backends = new ArrayList<>();

    SettingLevels(Place root, MeshPolicy policy) {
        this.policy = policy;
        List<Level> defaults = over(new Level(root.field("defaults"), "defaults", policy.defaults()), List.of());
        policy.services()
                .forEach((name, service) -> service(root.field("services").field(name), name, service, defaults));
    }

    private void service(Place place, String name, Service service, List<Level> defaults) {
        List<Level> ofService = over(new Level(place, "service", service.settings()), defaults);
        backends.add(Combination.of(ofService, service, null));
        Map<String, List<Level>> subsets = new HashMap<>();
        for (int i = 0; i < service.subsets().size(); i++) {
            Subset subset = service.subsets().get(i);
            Level level = new Level(place.field("subsets").item(i), "subset", subset.settings());
            List<Level> ofSubset = over(level, ofService);
            subsets.put(subset.name(), ofSubset);
            backends.add(Combination.of(ofSubset, service, subset));
        }
        if (service.rules().isEmpty()) {
            routes.add(Combination.of(ofService, service, null));
        }
        for (int i = 0; i < service.rules().size(); i++) {
            Rule rule = service.rules().get(i);
            Settings stated = new Settings(rule.settings(), BackendSettings.NONE);
            Level ofRule = new Level(place.field("rules").item(i), "rule", stated);
            for (BackendRef ref : rule.backendRefs()) {
                boolean own = ref.name().equals(name) && ref.subset() != null;
                List<Level> below = own ? subsets.getOrDefault(ref.subset(), ofService) : ofService;
                Service called = policy.services().getOrDefault(ref.name(), service);
                Subset subset = called.subsets().stream()
                        .filter(s -> s.name().equals(ref.subset()))
                        .findFirst()
                        .orElse(null);
                routes.add(Combination.of(over(ofRule, below), called, subset));
            }
        }
    }

    private List<Level> over(Level level, List<Level> base) {
        List<Level> levels = new ArrayList<>(base);
        levels.add(0, level);
        all.putIfAbsent(level, levels);
        return levels;
    }

    /** Each level, with those of lower precedence. */
    Map<Level, List<Level>> all() {
        return all;
    }

    /** Of the settings of calls: for each rule and each of its backends. */
    List<Combination> routes() {
        return routes;
    }

    /** Of the settings of backends: for each service and each subset. */
    List<Combination> backends() {
        return backends;
    }
}
