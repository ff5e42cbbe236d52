package dev.meshclient.internal.metrics;

import dev.meshclient.Workload;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.metrics.IstioKey.Reporter;
import dev.meshclient.internal.metrics.IstioKey.RequestProtocol;
import dev.meshclient.internal.metrics.IstioKey.Security;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Tls;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
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
    static final List<String> FLAGS = Stream.concat(
                    Stream.of(IstioKey.NO_FLAG), Arrays.stream(Ending.values()).map(IstioSeries::flags))
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
    private final BoundedSeries<IstioKey, Series> series;
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
        Attempt tried = lastTried(call);
        Endpoint to = tried == null ? null : tried.endpoint();
        boolean proven = backend != null && tried != null && isProven(backend, tried);
        ServiceNames called = inForce.service(backend == null ? service : backend.service());
        record(
                new IstioKey(
                        service,
                        Reporter.SOURCE,
                        own().names(proven),
                        backend == null || to == null ? WorkloadNames.NONE : peer(backend, to, called, proven),
                        called,
                        protocol(contentType(call.request())),
                        status > 0 ? status : statusOf(ending),
                        flags(ending),
                        Security.UNKNOWN, // for the destination to report
                        false),
                nanos);
    }

    /** Null: the mesh chose no endpoint. It may refuse to repeat an attempt. */
    private static @Nullable Attempt lastTried(Call call) {
        Attempt attempt = call.deciding();
        while (attempt != null && attempt.endpoint() == null) {
            attempt = attempt.previous();
        }
        return attempt;
    }

    /** Whether both sides certainly proved their SPIFFE IDs: a limit or the caller may end an attempt before the handshake. */
    private static boolean isProven(Backend backend, Attempt attempt) {
        Outcome outcome = attempt.outcome();
        return backend.tlsMode(attempt.endpoint()) == Tls.Mode.MESH_MUTUAL
                && outcome != null
                && switch (outcome) {
                    case RESPONSE, REFUSED_STREAM, RESET_BEFORE_REQUEST, STALE, RESET, PROTOCOL_ERROR -> true;
                    case CACHED,
                            CONNECT_FAILURE,
                            TLS_REFUSED,
                            ATTEMPT_TIMEOUT,
                            DEADLINE,
                            LOCAL,
                            CANCELLED,
                            SUPERSEDED,
                            REFUSED -> false;
                };
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
        return ending.reason().equals(Ending.SUCCESS.reason()) ? IstioKey.NO_FLAG : ending.reason();
    }

    /** Null: there is none, or the caller's body throws. */
    private static @Nullable String contentType(Request request) {
        MediaType ofBody;
        try {
            ofBody = request.body() == null ? null : request.body().contentType();
        } catch (Throwable ofCaller) { // Kotlin may throw any
            Interrupts.keep(ofCaller);
            return null;
        }
        return ofBody == null ? request.header("Content-Type") : ofBody.toString();
    }

    /** gRPC-Web is HTTP. */
    private static RequestProtocol protocol(@Nullable String contentType) {
        boolean isGrpc = contentType != null
                && contentType.startsWith(GRPC)
                && (contentType.length() == GRPC.length() || "+;".indexOf(contentType.charAt(GRPC.length())) >= 0);
        return isGrpc ? RequestProtocol.GRPC : RequestProtocol.HTTP;
    }

    /** An inbound request begins now. Reads the request at once: servers use such objects again. */
    InboundExchange begin(InboundRequest request) {
        long begunAt = time.now();
        String peer = request.peer();
        RequestProtocol protocol = protocol(request.header("content-type"));
        Security ofPeer = peer == null ? Security.NONE : Security.MUTUAL_TLS;
        Security security = request.states(InboundRequest.Attribute.PRINCIPAL) ? ofPeer : Security.UNKNOWN;
        AtomicBoolean ended = new AtomicBoolean();
        return status -> {
            if (ended.compareAndSet(false, true)) {
                InForce now = inForce;
                boolean answered = status > 0;
                record(
                        new IstioKey(
                                INBOUND,
                                Reporter.DESTINATION,
                                peer == null ? WorkloadNames.NONE : source(peer, now),
                                own().names(peer != null),
                                now.service(workload.service()),
                                protocol,
                                answered ? status : statusOf(Ending.CONNECTION_BROKEN),
                                answered ? IstioKey.NO_FLAG : flags(Ending.CONNECTION_BROKEN),
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

    private void record(IstioKey key, long nanos) {
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

    /** Another policy is in force: removes the series of calls to services and workloads that it does not have. */
    void inForce(Map<String, Meters.ListedService> services, Collection<Target> targets, Meters.Live live) {
        Map<String, ServiceNames> names = new HashMap<>();
        services.forEach((name, listed) -> names.put(name, ServiceNames.of(name, listed.hosts())));
        Map<String, String> ofAccount = new HashMap<>();
        Map<ServiceNames, Set<Backend>> backends = new HashMap<>();
        InForce now = new InForce(names, ofAccount);
        targets.forEach(target -> {
            Backend backend = target.backend();
            backends.computeIfAbsent(now.service(backend.service()), called -> new HashSet<>())
                    .add(backend);
            if (backend.serviceAccount() != null) {
                ofAccount.merge(
                        backend.serviceAccount(), backend.service(), (a, b) -> a.equals(b) ? a : WorkloadNames.UNKNOWN);
            }
        });
        inForce = now;
        Set<String> kept = new HashSet<>(services.keySet());
        kept.addAll(List.of(INBOUND, Meters.UNKNOWN));
        Map<ServiceNames, Set<WorkloadNames>> workloads = new HashMap<>(); // of services with series
        series.keep(
                kept,
                key -> key.reporter() == Reporter.DESTINATION
                        || workloads
                                .computeIfAbsent(
                                        key.called(),
                                        called -> workloads(called, backends.getOrDefault(called, Set.of()), live))
                                .contains(key.destination().unproven()));
    }

    /** The workloads of a service, without SPIFFE IDs. */
    private static Set<WorkloadNames> workloads(ServiceNames called, Set<Backend> backends, Meters.Live live) {
        Set<WorkloadNames> workloads = new HashSet<>(Set.of(WorkloadNames.NONE)); // of calls without an endpoint
        backends.forEach(backend -> {
            ServiceState state = live.services().get(backend.service());
            if (state != null) {
                state.endpoints().endpoints().forEach(to -> workloads.add(peer(backend, to, called, false)));
            }
        });
        return workloads;
    }

    void close() {
        series.close();
    }
}
