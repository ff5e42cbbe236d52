package dev.meshclient.internal.metrics;

import dev.meshclient.Workload;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Tls;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Tags;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * Calls and inbound requests under the names and with the labels of Istio's proxies: one value a call whatever its attempts, for
 * the proxy counts above its retries.
 */
final class IstioSeries {
    private static final String NO_FLAG = "-";

    static final List<String> REPORTERS = List.of("source", "destination");
    static final List<String> PROTOCOLS = List.of("http", "grpc");
    static final List<String> SECURITY = List.of("mutual_tls", "none", WorkloadNames.UNKNOWN);
    static final List<String> FLAGS = Stream.concat(
                    Stream.of(NO_FLAG), Arrays.stream(Ending.values()).map(IstioSeries::flags))
            .distinct()
            .toList();

    /** The service of inbound requests, which leave with no service. */
    private static final String INBOUND = "";

    private static final String GRPC = "application/grpc";
    private static final double NANOS_PER_MILLISECOND = 1e6;

    private final SafeRegistry registry;
    private final Time time;
    private final Workload workload;
    private final Supplier<@Nullable String> identity;
    private final BoundedSeries<Key, Series> series;
    private volatile InForce inForce = new InForce(Map.of(), Map.of());
    private volatile @Nullable Own own; // as it was last

    /** One count and one duration for each request. */
    private record Series(Counter requests, DistributionSummary durations) {}

    /**
     * @param services the names of each service
     * @param ofAccount the service of each SPIFFE ID that one service alone has
     */
    private record InForce(Map<String, ServiceNames> services, Map<String, String> ofAccount) {
        ServiceNames service(String name) {
            ServiceNames known = services.get(name);
            return known == null ? ServiceNames.of(name, List.of()) : known;
        }
    }

    /** This process with its SPIFFE ID. */
    private record Own(@Nullable String account, InForce inForce, WorkloadNames proven, WorkloadNames unproven) {
        WorkloadNames names(boolean isProven) {
            return isProven ? proven : unproven;
        }
    }

    /**
     * @param service the service that the series leaves with
     * @param classOnly whether it holds what exceeds the limit: of the status only its class counts
     * @param security of {@link #SECURITY}
     */
    private record Key(
            String service,
            boolean inbound,
            WorkloadNames source,
            WorkloadNames destination,
            ServiceNames called,
            boolean grpc,
            int status,
            String flags,
            String security,
            boolean classOnly)
            implements BoundedSeries.Key<Key> {
        private static final int CLASS = 100;
        private static final int NO_CLASS = 999;

        /** Success rates stay right: the own side and the class of the status are kept. */
        @Override
        public Key others() {
            return new Key(
                    service,
                    inbound,
                    inbound ? WorkloadNames.NONE : source.unproven(),
                    inbound ? destination.unproven() : WorkloadNames.NONE,
                    called,
                    false,
                    StatusClass.of(status) == StatusClass.OTHER ? NO_CLASS : status / CLASS * CLASS,
                    NO_FLAG,
                    WorkloadNames.UNKNOWN,
                    true);
        }

        Tags tags() {
            return source.tags("source")
                    .and(destination.tags("destination"))
                    .and(called.tags(destination))
                    .and(
                            "reporter",
                            REPORTERS.get(inbound ? 1 : 0),
                            "request_protocol",
                            PROTOCOLS.get(grpc ? 1 : 0),
                            "response_code",
                            classOnly && status > 0 ? StatusClass.of(status).tag() : Integer.toString(status),
                            "grpc_response_status", // Kiali takes the response code instead
                            "",
                            "response_flags",
                            flags,
                            "connection_security_policy",
                            security);
        }
    }

    IstioSeries(SafeRegistry registry, Time time, Workload workload, Supplier<@Nullable String> identity) {
        this.registry = registry;
        this.time = time;
        this.workload = workload;
        this.identity = identity;
        this.series = new BoundedSeries<>(
                registry,
                key -> new Series(
                        registry.counter(Metric.ISTIO_REQUESTS, key.tags()),
                        registry.summary(Metric.ISTIO_DURATION, key.tags())),
                made -> List.of(made.requests, made.durations));
    }

    /**
     * A call is over.
     *
     * @param service the service that claims its host, or {@link Meters#UNKNOWN}
     * @param status of its response; 0 = none
     */
    void ended(String service, Call call, Ending ending, int status, long nanos) {
        Target target = call.target();
        Backend backend = target == null ? null : target.backend();
        Endpoint to = lastTried(call);
        boolean proven = backend != null && backend.tlsMode(to) == Tls.Mode.MESH_MUTUAL;
        ServiceNames called = inForce.service(backend == null ? service : backend.service());
        record(
                new Key(
                        service,
                        false,
                        own().names(proven),
                        backend == null || to == null ? WorkloadNames.NONE : peer(backend, to, called, proven),
                        called,
                        isGrpc(contentType(call.request())),
                        status > 0 ? status : statusOf(ending),
                        flags(ending),
                        WorkloadNames.UNKNOWN, // for the destination to report
                        false),
                nanos);
    }

    /** Null: the mesh chose none. It may refuse to repeat an attempt. */
    private static @Nullable Endpoint lastTried(Call call) {
        Attempt attempt = call.latest();
        while (attempt != null && attempt.endpoint() == null) {
            attempt = attempt.previous();
        }
        return attempt == null ? null : attempt.endpoint();
    }

    private static WorkloadNames peer(Backend backend, Endpoint to, ServiceNames called, boolean proven) {
        String account = to.serviceAccount() == null ? backend.serviceAccount() : to.serviceAccount();
        WorkloadNames names =
                WorkloadNames.of(to.labels(), backend.service(), account, called.namespace(), to.cluster());
        return proven ? names : names.unproven();
    }

    /** The status that Envoy answers in place of a response that it does not have. */
    private static int statusOf(Ending ending) {
        return switch (ending) {
            case NO_ROUTE -> 404;
            case ACCESS_DENIED -> 403;
            case DEADLINE, ATTEMPT_TIMEOUT -> 504;
            case NO_HTTP -> 502;
            case CANCELLED -> 0;
            default -> 503;
        };
    }

    private static String flags(Ending ending) {
        return ending.reason().equals(Ending.SUCCESS.reason()) ? NO_FLAG : ending.reason();
    }

    private static @Nullable String contentType(Request request) {
        MediaType ofBody = request.body() == null ? null : request.body().contentType();
        return ofBody == null ? request.header("Content-Type") : ofBody.toString();
    }

    /** gRPC-Web is HTTP. */
    private static boolean isGrpc(@Nullable String contentType) {
        return contentType != null
                && contentType.startsWith(GRPC)
                && (contentType.length() == GRPC.length() || "+;".indexOf(contentType.charAt(GRPC.length())) >= 0);
    }

    /** An inbound request begins now. Reads the request at once: servers use such objects again. */
    InboundExchange begin(InboundRequest request) {
        long begunAt = time.now();
        String peer = request.peer();
        boolean grpc = isGrpc(request.header("content-type"));
        String security = SECURITY.get(!request.states(InboundRequest.Attribute.PRINCIPAL) ? 2 : peer == null ? 1 : 0);
        AtomicBoolean ended = new AtomicBoolean();
        return status -> {
            if (ended.compareAndSet(false, true)) {
                InForce now = inForce;
                record(
                        new Key(
                                INBOUND,
                                true,
                                peer == null ? WorkloadNames.NONE : source(peer, now),
                                own().names(peer != null),
                                now.service(workload.service()),
                                grpc,
                                Math.max(0, status),
                                NO_FLAG,
                                security,
                                false),
                        time.now() - begunAt);
            }
        };
    }

    private static WorkloadNames source(String account, InForce now) {
        String service = now.ofAccount.getOrDefault(account, WorkloadNames.UNKNOWN);
        return WorkloadNames.of(Map.of(), service, account, now.service(service).namespace(), "");
    }

    private void record(Key key, long nanos) {
        Series of = series.of(key);
        if (of != null) {
            registry.increment(of.requests);
            registry.record(of.durations, nanos / NANOS_PER_MILLISECOND);
        }
    }

    private Own own() {
        Own known = own;
        String account = identity.get();
        InForce now = inForce;
        if (known == null || known.inForce != now || !Objects.equals(known.account, account)) {
            String namespace = now.service(workload.service()).namespace();
            WorkloadNames names = WorkloadNames.of(workload.labels(), workload.service(), account, namespace, "");
            known = new Own(account, now, names, names.unproven());
            own = known;
        }
        return known;
    }

    /** Another policy is in force: removes the series of all other services. */
    void inForce(Map<String, Meters.Listed> services, Collection<Target> targets) {
        Map<String, ServiceNames> names = new HashMap<>();
        services.forEach((name, listed) -> names.put(name, ServiceNames.of(name, listed.hosts())));
        Map<String, String> ofAccount = new HashMap<>();
        targets.forEach(target -> {
            Backend backend = target.backend();
            if (backend.serviceAccount() != null) {
                ofAccount.merge(
                        backend.serviceAccount(), backend.service(), (a, b) -> a.equals(b) ? a : WorkloadNames.UNKNOWN);
            }
        });
        inForce = new InForce(names, ofAccount);
        Set<String> kept = new HashSet<>(services.keySet());
        kept.addAll(List.of(INBOUND, Meters.UNKNOWN));
        series.keep(kept);
    }

    void close() {
        series.close();
    }
}
