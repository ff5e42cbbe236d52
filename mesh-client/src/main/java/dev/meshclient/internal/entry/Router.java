package dev.meshclient.internal.entry;

import dev.meshclient.PolicyUnavailable;
import dev.meshclient.Workload;
import dev.meshclient.authz.Inbound;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.pipeline.Applied;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.pipeline.Hosts;
import dev.meshclient.internal.pipeline.LocalWorkload;
import dev.meshclient.internal.pipeline.MeshState;
import dev.meshclient.internal.pipeline.PolicyControl;
import dev.meshclient.internal.pipeline.Refusal;
import dev.meshclient.internal.pipeline.Status;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.Scope;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests by the policy in force. A host that is the mesh's never leaves it: without a policy that lists it, its
 * calls are refused.
 */
public final class Router implements Admission.Source {
    private final Time time;
    private final PolicyControl policy;
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
    private final Events events;

    private volatile @Nullable IOException lastProblem;
    private volatile boolean closed;

    /** As below, for policies without names to resolve. */
    public Router(
            Time time,
            Workload workload,
            Events events,
            List<String> claimed,
            boolean registryOnly,
            Duration initialFetchTimeout,
            Duration staleTtl) {
        this(
                time,
                name -> {
                    throw new UnknownHostException("no resolver for " + name);
                },
                LocalWorkload.of(workload, time),
                events,
                claimed,
                registryOnly,
                initialFetchTimeout,
                staleTtl);
    }

    /**
     * @param resolver finds the addresses of names
     * @param self who we are
     * @param claimed hosts that are the mesh's whatever policy says
     * @param registryOnly all other hosts are refused, whatever policy says
     * @param initialFetchTimeout how long the first calls wait for the first policy; 0 = not at all
     * @param staleTtl how long a service that documents do not have any more is kept; 0 = not at all
     */
    public Router(
            Time time,
            Resolver resolver,
            LocalWorkload self,
            Events events,
            List<String> claimed,
            boolean registryOnly,
            Duration initialFetchTimeout,
            Duration staleTtl) {
        this(
                time,
                new PolicyControl(time, resolver, self, events, staleTtl),
                self,
                events,
                claimed,
                registryOnly,
                initialFetchTimeout);
    }

    /** @param policy decides which document is in force */
    public Router(
            Time time,
            PolicyControl policy,
            LocalWorkload self,
            Events events,
            List<String> claimed,
            boolean registryOnly,
            Duration initialFetchTimeout) {
        this.time = time;
        this.events = events;
        this.policy = policy;
        this.initialFetchNanos = Time.nanos(initialFetchTimeout);
        this.registryOnly = registryOnly;
        this.madeAt = time.now();
        claims.add(claimed);
        this.interest = new HostInterest(this::isListed, initialFetchNanos);
        interest.forGood(known(self.workload(), claimed), madeAt);
        policy.onOutside(this::want);
        this.inbound = policy.inbound(events);
        this.unlisted = refuse(call -> UnroutedFailures.unlisted(call, revision(), false));
        this.unknown = refuse(call -> {
            want(call.request().url().host());
            return UnroutedFailures.unlisted(call, revision(), true);
        });
        this.afterClose = refuse(call -> UnroutedFailures.closed(call, revision()));
        this.forPolicy = new Admission.Wait(this::awaitPolicy);
        this.forHost = new Admission.Wait(this::awaitHost);
    }

    private Admission.Refuse refuse(Function<Call, IOException> failure) {
        return new Admission.Refuse(Refusal.observed(events, failure));
    }

    /**
     * Puts a document in force: all of its services that are good. Calls under way go on with the policy that they began with.
     *
     * @param gone is given the endpoints that go
     * @throws PolicyException if it is older than what was in force: then nothing changes
     */
    public synchronized Applied apply(PolicyDocument document, Consumer<EndpointHealth> gone) throws PolicyException {
        boolean first = !isReady();
        Applied applied = policy.apply(document, gone);
        document.policy().services().values().forEach(s -> claims.add(s.hosts()));
        document.refused().values().forEach(s -> claims.add(s.hosts()));
        changed(first, document.policy().metadata().scope());
        if (applied != Applied.NOTHING_NEW) {
            events.policyApplied(revision());
        }
        return applied;
    }

    /**
     * Puts in force again what was in force before a restart.
     *
     * @param versions that no document may go back behind
     * @return whether it did: not after the first document
     */
    public synchronized boolean resume(AppliedPolicy left, List<Metadata> versions, Consumer<EndpointHealth> gone) {
        if (!policy.resume(left, versions, gone)) {
            return false;
        }
        left.services().values().forEach(s -> claims.add(s.service().hosts()));
        left.refused().values().forEach(s -> claims.add(s.hosts()));
        changed(true, left.scope());
        events.policyApplied(revision());
        return true;
    }

    private void changed(boolean first, @Nullable Scope scope) {
        lastProblem = null;
        if (first && scope != null) {
            interest.resume(scope.hosts(), time.now());
        }
        waiting.forEach(Call::raise);
    }

    /** How each service stands. */
    public AppliedPolicy applied() {
        return policy.applied();
    }

    /** The versions that no document may go back behind, as {@code VersionOrder.remembered()} has them. */
    public List<Metadata> order() {
        return policy.order();
    }

    /** Runs after services went that documents had not had for long. */
    public void onDropped(Runnable run) {
        policy.onDropped(run);
    }

    /**
     * Hosts of the mesh that calls want, those that the builder claims by name and our own service, as documents spell them: for
     * sources that have policy by the host.
     */
    public SortedSet<String> wanted() {
        return interest.hosts(time.now());
    }

    /** Is run, on the thread of a call, when that wants a host that the document in force does not speak of. */
    public void onWanted(Runnable wake) {
        interest.onAsk(wake);
    }

    /** What is known before any call. Balancing by zone needs our own service: how many of us there are in each. */
    private static List<String> known(Workload workload, List<String> claimed) {
        Stream<String> named = claimed.stream()
                .map(Hosts::parse)
                .filter(Hosts.Pattern::isExact)
                .map(p -> Hosts.spelled(p.host()));
        String own = workload.service();
        boolean stated = !own.equals(Workload.unknown().service());
        return Stream.concat(stated ? Stream.of(own.toLowerCase(Locale.ROOT)) : Stream.empty(), named)
                .filter(Scope::canHold)
                .distinct()
                .toList();
    }

    private boolean isListed(String spelled) {
        MeshState now = policy.state();
        return now != null && now.lists(spelled.startsWith("[") ? spelled.substring(1, spelled.length() - 1) : spelled);
    }

    /** When the source was asked for it, or why not. Only for hosts of the mesh: others are nobody's business. */
    private long want(String host) {
        String spelled = Hosts.spelled(Hosts.normal(host));
        return Scope.canHold(spelled) ? interest.want(spelled, time.now()) : HostInterest.CANNOT;
    }

    /** Why there is no newer policy. */
    public void problem(IOException e) {
        IOException before = lastProblem;
        lastProblem = e;
        boolean known = before != null && String.valueOf(before.getMessage()).equals(e.getMessage());
        for (Throwable cause = known ? null : e; cause != null; cause = cause.getCause()) {
            if (cause instanceof PolicyException refused) {
                events.policyRefused(revision(), refused.problems());
                return;
            }
        }
    }

    /** Notifies listeners of what became of documents. The caller holds no lock. */
    public void notifyOfPolicy() {
        events.deliverOfPolicy();
    }

    /** Whether a policy is in force. */
    public boolean isReady() {
        return policy.state() != null;
    }

    /** {@code epoch/version} of the policy in force; empty before the first. */
    public String revision() {
        MeshState now = policy.state();
        return now == null ? "" : now.revision();
    }

    /** The boundary for requests that come in. */
    public Inbound inbound() {
        return inbound;
    }

    /** What is in force, and what is not and why. */
    public Status status(String source) {
        return policy.status(source);
    }

    /** Tells the consumer of every endpoint that is known. */
    public void forEachEndpoint(Consumer<EndpointHealth> consumer) {
        policy.forEachEndpoint(consumer);
    }

    /**
     * Whether a builder may claim this.
     *
     * @throws IllegalArgumentException if not
     */
    public static void checkClaim(String authority) {
        Hosts.check(authority);
    }

    @Override
    public Admission admit(String requested, int port) {
        String host = Hosts.normal(requested);
        while (true) {
            MeshState now = policy.state();
            Admission found = find(now, host, port);
            if (found != unlisted || now == policy.state()) { // or a policy that lists it came meanwhile
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

    /** A document that is the whole mesh, or whose host is not claimed, has the last word. */
    private Admission withoutService(MeshState now, String host) {
        return now.isWhole() || !claims.has(host) ? unlisted : now.speaksOf(host) ? unknown : forHost;
    }

    private boolean mayPass(@Nullable MeshState now, String host) {
        return !registryOnly
                && (now == null
                        || (now.outboundTrafficPolicy() != OutboundTrafficPolicy.REGISTRY_ONLY && !now.lists(host)))
                && !claims.has(host);
    }

    /** No more calls to hosts of the mesh, and no name is looked up any more. */
    public void close() {
        closed = true;
        policy.close();
        waiting.forEach(Call::raise);
    }

    private Response awaitPolicy(Call call) throws IOException {
        String host = Hosts.normal(call.request().url().host());
        if (claims.has(host)) {
            want(host);
        }
        return await(forPolicy, madeAt, UnroutedFailures.AT_START, call);
    }

    /** The source may not have been asked for this host yet. */
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

    /** Until another answer is there. */
    private Response await(Admission.Wait wait, long since, String sinceWhat, Call call) throws IOException {
        HttpUrl url = call.request().url();
        long until = Math.min(since + initialFetchNanos, call.deadline());
        Admission admission;
        waiting.add(call);
        try {
            while ((admission = admit(url.host(), url.port())) == wait && time.now() < until) {
                call.await(until);
            }
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
                lastProblem);
    }

    @Override
    public String toString() {
        MeshState now = policy.state();
        return now == null ? "no policy yet" : now.toString();
    }
}
