package dev.meshclient.internal.entry;

import dev.meshclient.Explanation;
import dev.meshclient.MeshOptions;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.Workload;
import dev.meshclient.authz.Inbound;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.control.Applied;
import dev.meshclient.internal.control.PolicyControl;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.explain.ExplanationBuilder;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.pipeline.CurrentState;
import dev.meshclient.internal.pipeline.HostPattern;
import dev.meshclient.internal.pipeline.LocalWorkload;
import dev.meshclient.internal.pipeline.MeshState;
import dev.meshclient.internal.pipeline.Refusal;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.OutboundTrafficPolicy;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests by the policy in force. Calls to a host of the mesh never bypass it: without a policy that lists the host
 * they are refused.
 */
public final class Router implements Admission.Source, PolicyControl.Observer {
    private final Time time;
    private final PolicyControl control;
    private final CurrentState current;
    private final long initialFetchNanos;
    private final boolean registryOnly;
    private final long madeAt;
    private final Claims claims = new Claims();
    private final HostInterest interest;
    private final Set<Call> waiting = ConcurrentHashMap.newKeySet();
    private final Admission.Refuse unlisted;
    private final Admission.Refuse unknown;
    private final Admission.Refuse afterClose;
    private final Admission.Wait forPolicy;
    private final Admission.Wait forHost;
    private final Inbound inbound;
    private final Telemetry telemetry;
    private final DocumentResults documents;

    private volatile boolean closed;

    /**
     * @param control decides which document is in force
     * @param self this process
     */
    public Router(Time time, PolicyControl control, LocalWorkload self, Telemetry telemetry, EntrySettings settings) {
        this.time = time;
        this.telemetry = telemetry;
        this.documents = new DocumentResults(telemetry);
        this.control = control;
        this.current = control.current();
        this.initialFetchNanos = Time.nanos(settings.initialFetchTimeout());
        this.registryOnly = settings.registryOnly();
        this.madeAt = time.now();
        claims.add(settings.claimed());
        this.interest = new HostInterest(this::isListed, initialFetchNanos);
        interest.forGood(HostInterest.known(self.workload(), settings.claimed()), madeAt);
        current.onOutside(this::want);
        this.inbound = current.inbound();
        this.unlisted = refuse(call -> UnroutedFailures.unlisted(call, revision(), false));
        this.unknown = refuse(call -> {
            want(call.request().url().host());
            return UnroutedFailures.unlisted(call, revision(), true);
        });
        this.afterClose = refuse(call -> UnroutedFailures.closed(call, revision()));
        this.forPolicy = new Admission.Wait(this::awaitPolicy);
        this.forHost = new Admission.Wait(this::awaitHost);
        control.observer(this);
    }

    /** For policies without names to resolve. */
    public static Router withoutNames(
            Time time, Workload workload, Telemetry telemetry, EntrySettings settings, Duration staleTtl) {
        LocalWorkload self = LocalWorkload.of(workload, time);
        Resolver none = name -> {
            throw new UnknownHostException("no resolver for " + name);
        };
        PolicyControl control = new PolicyControl(new CurrentState(time, none, self, telemetry), time, staleTtl);
        return new Router(time, control, self, telemetry, settings);
    }

    private Admission.Refuse refuse(Function<Call, IOException> failure) {
        return new Admission.Refuse(Refusal.observed(telemetry, failure));
    }

    @Override
    public void inForce(AppliedPolicy now, Applied what, boolean first) {
        now.services().values().forEach(s -> claims.add(s.service().hosts()));
        now.refused().values().forEach(s -> claims.add(s.hosts()));
        documents.clear();
        waiting.forEach(Call::raise);
        documents.applied(now, what);
        DocumentScope scope = now.scope();
        if (first && scope != null) {
            interest.resume(scope.hosts(), time.now()); // last: it runs code of the source
        }
    }

    /**
     * The hosts of the mesh that calls need, those that the builder claims by name and the own service, in the notation of
     * documents: for sources that load policy on demand.
     */
    public WantedHosts wanted() {
        return interest.wanted(time);
    }

    /** Null before the first document. */
    private @Nullable MeshState state() {
        MeshState now = current.now();
        return now == MeshState.NONE ? null : now;
    }

    private boolean isListed(String spelled) {
        MeshState now = state();
        return now != null && now.lists(spelled.startsWith("[") ? spelled.substring(1, spelled.length() - 1) : spelled);
    }

    /**
     * When the host was requested from the source, or why not. Call it only for hosts of the mesh: other hosts must not be
     * disclosed.
     */
    private long want(String host) {
        String spelled = HostPattern.spelled(HostPattern.normal(host));
        return DocumentScope.canHold(spelled) ? interest.want(spelled, time.now()) : HostInterest.CANNOT;
    }

    @Override
    public void failed(IOException e) {
        documents.failed(e, revision());
    }

    @Override
    public void unlocked() {
        telemetry.events().deliverOfPolicy();
    }

    /** Decides which policy is in force. */
    public PolicyControl control() {
        return control;
    }

    private String revision() {
        return control.revision();
    }

    /** Authorizes inbound requests. */
    public Inbound inbound() {
        return inbound;
    }

    /**
     * Checks whether a builder may claim this.
     *
     * @throws IllegalArgumentException if not
     */
    public static void checkClaim(String authority) {
        HostPattern.check(authority);
    }

    @Override
    public Admission admit(String requested, int port) {
        String host = HostPattern.normal(requested);
        while (true) {
            MeshState now = state();
            Admission found = find(now, host, port);
            if (!(found instanceof Admission.Refuse) || now == state()) { // or a policy that lists it arrived meanwhile
                return found;
            }
        }
    }

    private Admission find(@Nullable MeshState now, String host, int port) {
        if (closed) {
            return mayPass(now, host) ? Admission.NOT_OURS : afterClose;
        }
        if (now == null) {
            return mayPass(null, host) ? Admission.NOT_OURS : forPolicy;
        }
        Admission routed = now.find(host, port);
        return routed != null ? routed : mayPass(now, host) ? Admission.NOT_OURS : withoutService(now, host);
    }

    /** A document that covers the whole mesh decides finally, and so does any document for a host that is not claimed. */
    private Admission withoutService(MeshState now, String host) {
        return now.isWhole() || !claims.has(host) ? unlisted : now.speaksOf(host) ? unknown : forHost;
    }

    /** Explains a request as of now. It changes nothing, and asks no source for the host. */
    public Explanation explain(Request request, MeshOptions options) {
        Call call = new Call(time, request, options, Call.NOT_ENTERED);
        MeshState now = current.now();
        ExplanationBuilder to = new ExplanationBuilder(call, now.revision(), now.sources(), MeshState.settings());
        String host = HostPattern.normal(request.url().host());
        Admission found =
                find(now == MeshState.NONE ? null : now, host, request.url().port());
        if (found == unknown) {
            to.remark("a call asks the source of policy for this host");
            to.refuse(UnroutedFailures.unlisted(call, revision(), true));
        } else if (found instanceof Admission.Wait) {
            to.await(waiting(now, host));
        } else if (found instanceof Admission.Ours ours) {
            ours.layers().explain(to);
        } else {
            to.outside((now == MeshState.NONE ? "there is no policy yet" : "no service of the policy lists its host")
                    + ", and nothing claims it (outboundTrafficPolicy ALLOW_ANY): the caller's own client sends it");
        }
        return to.build();
    }

    private String waiting(MeshState now, String host) {
        boolean atStart = now == MeshState.NONE;
        return (atStart
                        ? "there is no policy yet, and '" + host + "' is claimed"
                        : "the document does not cover '" + host + "', which is claimed; a call asks the source for it")
                + ": a call waits up to " + initialFetchNanos / 1_000_000 + " ms "
                + (atStart ? UnroutedFailures.AT_START : UnroutedFailures.OF_HOST)
                + ", then fails with PolicyUnavailable";
    }

    private boolean mayPass(@Nullable MeshState now, String host) {
        return !registryOnly
                && (now == null
                        || (now.outboundTrafficPolicy() != OutboundTrafficPolicy.REGISTRY_ONLY && !now.lists(host)))
                && !claims.has(host);
    }

    /** Refuses further calls to hosts of the mesh and stops all lookups. */
    public void close() {
        closed = true;
        control.close();
        waiting.forEach(Call::raise);
    }

    private Response awaitPolicy(Call call) throws IOException {
        String host = HostPattern.normal(call.request().url().host());
        if (claims.has(host)) {
            want(host);
        }
        return await(forPolicy, madeAt, UnroutedFailures.AT_START, call);
    }

    /** Waits for a host that the source may not have been asked for yet. */
    private Response awaitHost(Call call) throws IOException {
        long askedAt = want(call.request().url().host());
        if (askedAt == HostInterest.CANNOT) {
            return unlisted.layers().call(call);
        }
        if (askedAt == HostInterest.FULL) {
            return refuse(c -> UnroutedFailures.tooMany(c, revision())).layers().call(call);
        }
        return await(forHost, askedAt, UnroutedFailures.OF_HOST, call);
    }

    /** Waits until the answer changes. */
    private Response await(Admission.Wait wait, long since, String sinceWhat, Call call) throws IOException {
        HttpUrl url = call.request().url();
        long until = Math.min(since + initialFetchNanos, call.deadline());
        Admission admission;
        waiting.add(call);
        try {
            while ((admission = admit(url.host(), url.port())) == wait && time.now() < until) {
                call.await(until);
            }
        } catch (IOException cancelled) {
            return refuse(c -> cancelled).layers().call(call); // observers and metrics see it like any other
        } finally {
            waiting.remove(call);
        }
        return (admission == wait
                        ? refuse(c -> tooLate(c, since, sinceWhat))
                        : admission instanceof Admission.Ours ours ? ours : unlisted)
                .layers()
                .call(call);
    }

    private PolicyUnavailable tooLate(Call call, long since, String sinceWhat) {
        boolean caller = call.deadline() < since + initialFetchNanos;
        return UnroutedFailures.tooLate(
                call,
                revision(),
                caller ? call.deadline() - call.startedAt() : initialFetchNanos,
                caller ? UnroutedFailures.BY_CALLER : sinceWhat,
                documents.lastProblem());
    }

    @Override
    public String toString() {
        MeshState now = state();
        return now == null ? "no policy yet" : now.toString();
    }
}
