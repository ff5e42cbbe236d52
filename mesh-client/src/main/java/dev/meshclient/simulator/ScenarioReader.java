package dev.meshclient.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.simulator.Scenario.Caller;
import dev.meshclient.simulator.Scenario.Fault;
import dev.meshclient.simulator.Scenario.Group;
import dev.meshclient.simulator.Scenario.Kind;
import dev.meshclient.simulator.Scenario.Selection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Reads scenarios. Stricter than JSON in one way: a key is unique within its object. */
final class ScenarioReader {
    static final int MAX_CALLS = 10_000_000;

    private static final Duration NONE = Duration.ZERO;
    private static final Duration TICK = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final int MAX_ENDPOINTS = 10_000;
    private static final long MAX_SEED = 1L << 53; // a double holds it exactly
    private static final Pattern ZONE = Pattern.compile("[^/*]+/[^/*]+");
    private static final String ZONES = "a zone, as region/zone";
    private static final String SERVICES = "the name of a service of the policy";
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final List<PolicyProblem> problems = new ArrayList<>();

    private ScenarioReader() {}

    static Scenario read(String json) throws ScenarioException {
        ScenarioReader reader = new ScenarioReader();
        Scenario scenario = reader.scenario(parse(json));
        if (!reader.problems.isEmpty()) {
            throw new ScenarioException(reader.problems);
        }
        return scenario;
    }

    private static JsonNode parse(String json) throws ScenarioException {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new ScenarioException(List.of(PolicyProblem.at(
                    "$", "no JSON in line " + line + ": " + e.getOriginalMessage(), "one JSON object", line)));
        }
    }

    private Scenario scenario(JsonNode root) {
        JsonFields in = JsonFields.of(root, problems);
        long seed = in.integer("seed", 0, MAX_SEED, 1L);
        long nanos = in.duration("length", Duration.ofSeconds(1), LONGEST, null);
        List<Caller> callers =
                in.objects("callers", 1).stream().map(this::caller).toList();
        List<Group> fleet = in.objects("fleet", 0).stream().map(this::group).toList();
        List<Fault> faults =
                in.objects("faults", 0).stream().map(at -> fault(at, nanos)).toList();
        Map<Bound, Double> limits = limits(in.object("atMost"));
        in.end();
        double calls = callers.stream().mapToDouble(Caller::perSecond).sum() * (nanos / 1e9);
        if (calls > MAX_CALLS) {
            problems.add(PolicyProblem.at(
                    "length",
                    (long) calls + " calls expected by the perSecond of all callers",
                    "at most " + MAX_CALLS + " calls",
                    0));
        }
        return new Scenario(seed, nanos, callers, fleet, faults, limits);
    }

    private Caller caller(JsonFields in) {
        String service = in.text("service", null, "the name of the calling service");
        String zone = zone(in, "zone");
        int instances = (int) in.integer("instances", 1, 1000, 1L);
        double perSecond = in.number("perSecond", 0.001, 100_000, null);
        String host = in.text("host", null, "a host that a service of the policy claims");
        String path = in.text("path", "/", "a path, with its query");
        HttpUrl url = HttpUrl.parse("http://" + host + (path.startsWith("/") ? path : "/" + path));
        if (url == null && !host.isEmpty()) {
            in.wrong("host", in.get("host"), "a host name, or host:port");
        }
        if (!path.isEmpty() && !path.startsWith("/")) {
            in.wrong("path", in.get("path"), "a path, which begins with '/'");
        }
        String method = word(in, "method", "GET", METHODS);
        boolean idempotent = in.flag("idempotent");
        long timeout = in.has("timeout") ? in.duration("timeout", TICK, LONGEST, null) : 0;
        in.end();
        return new Caller(
                service,
                zone,
                instances,
                perSecond,
                method,
                url == null ? HttpUrl.get("http://none/") : url,
                idempotent,
                timeout);
    }

    private Group group(JsonFields in) {
        Selection selection = selection(in, true);
        Map<String, Integer> generated = new LinkedHashMap<>();
        JsonFields zones = in.object("zones");
        for (String zone : zones.names()) {
            int count = (int) zones.integer(zone, 0, MAX_ENDPOINTS, null);
            if (!zone.isEmpty() && !ZONE.matcher(zone).matches()) {
                zones.wrong(zone, zones.get(zone), ZONES + " as the key, or an empty one for endpoints without a zone");
            }
            generated.put(zone, count);
        }
        if (in.has("zones") && (in.has("zone") || in.has("endpoints") || in.has("count"))) {
            in.wrong(
                    "zones",
                    in.get("zones"),
                    "nothing beside zone, endpoints or count: it replaces all endpoints of the service");
        }
        if (generated.values().stream().mapToInt(count -> count).sum() > MAX_ENDPOINTS) {
            in.wrong("zones", in.get("zones"), "at most " + MAX_ENDPOINTS + " endpoints");
        }
        JsonFields latency = in.object("latency");
        long median = latency.duration("median", NONE, LONGEST, "10ms");
        double sigma = latency.number("sigma", 0, 3, 0.3);
        latency.end();
        JsonFields capacity = in.object("capacity");
        int atOnce = in.has("capacity") ? (int) capacity.integer("atOnce", 1, 1_000_000, null) : 0;
        int status = capacity.has("status") ? (int) capacity.integer("status", 400, 599, null) : 0;
        capacity.end();
        in.end();
        return new Group(selection, generated, median, sigma, atOnce, status);
    }

    private Fault fault(JsonFields in, long length) {
        List<String> kinds = Arrays.stream(Kind.values()).map(Kind::name).toList();
        String word = word(in, "kind", null, kinds);
        Kind kind = kinds.contains(word) ? Kind.valueOf(word) : Kind.refuse;
        long from = in.duration("from", NONE, LONGEST, null);
        boolean ends = kind != Kind.publish && kind != Kind.restart;
        long to = ends && in.has("to") ? in.duration("to", NONE, LONGEST, null) : Long.MAX_VALUE;
        if (from > length) {
            in.wrong("from", in.get("from"), "a time within the length of the simulation");
        }
        if (to <= from) {
            in.wrong("to", in.get("to"), "a time after from");
        }
        Selection selection =
                switch (kind) {
                    case publish -> new Selection("", "", List.of(), 0);
                    case zoneLoss -> new Selection("", lostZone(in), List.of(), 0);
                    default -> selection(in, kind == Kind.restart);
                };
        int status = kind == Kind.status ? (int) in.integer("status", 400, 599, null) : 0;
        double factor = kind == Kind.slow ? in.number("factor", 1, 1_000_000, null) : 1;
        long nanos = kind == Kind.status
                ? in.duration("after", NONE, LONGEST, "1ms")
                : kind == Kind.restart ? in.duration("down", TICK, LONGEST, null) : 0;
        long every = kind == Kind.restart ? in.duration("every", TICK, LONGEST, null) : 0;
        MeshPolicy document = kind == Kind.publish ? document(in) : null;
        in.end();
        return new Fault(kind, from, to, selection, status, factor, nanos, every, document);
    }

    private static String lostZone(JsonFields in) {
        return in.has("zone") ? zone(in, "zone") : in.missing("zone", ZONES);
    }

    private @Nullable MeshPolicy document(JsonFields in) {
        JsonNode document = in.get("document");
        if (document == null) {
            in.missing("document", "a policy document");
            return null;
        }
        try {
            return PolicyCodec.readStrict(document.toString().getBytes(StandardCharsets.UTF_8))
                    .policy();
        } catch (PolicyException e) {
            for (PolicyProblem problem : e.problems()) {
                problems.add(PolicyProblem.at(
                        in.path("document") + "." + problem.path(), problem.value(), problem.expected(), 0));
            }
            return null;
        }
    }

    /** @param service whether a service must be stated */
    private static Selection selection(JsonFields in, boolean service) {
        return new Selection(
                in.text("service", service ? null : "", SERVICES),
                zone(in, "zone"),
                in.texts("endpoints", "address:port of an endpoint"),
                in.has("count") ? (int) in.integer("count", 1, MAX_ENDPOINTS, null) : 0);
    }

    private static String zone(JsonFields in, String name) {
        String zone = in.text(name, "", ZONES);
        if (!zone.isEmpty() && !ZONE.matcher(zone).matches()) {
            in.wrong(name, in.get(name), ZONES);
        }
        return zone;
    }

    private static String word(JsonFields in, String name, @Nullable String fallback, List<String> legal) {
        String expected = legal.stream().map(PolicyProblem::quoted).collect(Collectors.joining(", "));
        String word = in.text(name, fallback, expected);
        return word.isEmpty() || legal.contains(word) ? word : in.wrong(name, in.get(name), expected);
    }

    private static Map<Bound, Double> limits(JsonFields in) {
        Map<Bound, Double> limits = new EnumMap<>(Bound.class);
        for (Bound bound : Bound.values()) {
            if (in.has(bound.name())) {
                limits.put(
                        bound,
                        bound.isTime
                                ? (double) in.duration(bound.name(), NONE, LONGEST, null)
                                : in.number(bound.name(), 0, Integer.MAX_VALUE, null));
            }
        }
        in.end();
        return limits;
    }
}
