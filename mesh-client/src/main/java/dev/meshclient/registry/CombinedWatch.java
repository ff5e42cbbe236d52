package dev.meshclient.registry;

import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.version.VersionOrder;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import dev.meshclient.registry.Provenance.Freshness;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two sources under watch: whenever one has another document, both are combined anew. At the start each is given a moment,
 * since half a policy makes calls fail that a whole one would serve; one that failed, or lets that moment pass, is not waited
 * for.
 */
final class CombinedWatch implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(CombinedWatch.class);

    private final Time time;
    private final PolicySource.Sink sink;
    private final Combination.Kind kind;
    private final long momentNanos;
    private final Signal signal;
    private final Part first = new Part();
    private final Part second = new Part();
    private final List<Closeable> watched = new ArrayList<>();
    private List<String> conflicts = List.of();
    private boolean waiting = true;
    private boolean closed;

    CombinedWatch(Time time, PolicySource.Sink sink, Combination.Kind kind, Duration moment) {
        this.time = time;
        this.sink = sink;
        this.kind = kind;
        this.momentNanos = Time.nanos(moment);
        this.signal = time.signal("policy-combined");
    }

    /** @param wanted null: nothing in particular */
    void start(PolicySource one, PolicySource other, PolicySource.@Nullable Wanted wanted) {
        watched.add(begin(one, first, wanted));
        watched.add(begin(other, second, wanted));
        if (isWaiting()) {
            time.start("policy-combined", this::endWait);
        }
    }

    private Closeable begin(PolicySource source, Part part, PolicySource.@Nullable Wanted wanted) {
        return wanted == null ? source.watch(time, part) : source.watch(time, part, part.new ByHost(wanted));
    }

    private synchronized boolean isWaiting() {
        return waiting && !closed;
    }

    private void endWait() {
        long until = time.now() + momentNanos;
        try {
            while (isWaiting() && time.now() < until) {
                signal.await(until);
            }
        } catch (InterruptedIOException e) {
            LOG.debug("no longer waiting for policy, the thread was interrupted");
            return;
        }
        synchronized (this) {
            if (isWaiting()) {
                waiting = false;
                deliverWaiting();
            }
        }
    }

    /** What came while another one was waited for. */
    private void deliverWaiting() {
        if (first.document == null && second.document == null) {
            return;
        }
        try {
            deliver();
        } catch (IOException | RuntimeException e) {
            sink.failed(new IOException("the policy could not be put in force: " + e.getMessage(), e));
        }
    }

    private void deliver() throws IOException {
        PolicyDocument one = first.document;
        PolicyDocument other = second.document;
        Combination.Combined combined = Combination.of(
                kind, one == null ? null : one.policy(), other == null ? null : other.policy(), isPart());
        if (!combined.conflicts().isEmpty() && !combined.conflicts().equals(conflicts)) {
            LOG.warn(
                    "hosts that two sources claim for different services: {}", String.join("; ", combined.conflicts()));
        }
        conflicts = combined.conflicts();
        Set<String> unknown = new LinkedHashSet<>();
        Stream.of(one, other).filter(Objects::nonNull).forEach(d -> unknown.addAll(d.unknownFields()));
        Map<String, RefusedService> refused = new LinkedHashMap<>();
        Stream.of(one, other).filter(Objects::nonNull).forEach(d -> d.refused().forEach(refused::putIfAbsent));
        MeshPolicy policy = withoutHollow(combined.policy(), other);
        refused.keySet().removeAll(policy.services().keySet());
        PolicyDocument document = new PolicyDocument(policy, List.copyOf(unknown), refused, Set.of());
        List<PolicyDocument> earlier = earlier();
        Provenance provenance = provenance(earlier);
        if (provenance == null) {
            sink.deliver(document);
        } else {
            sink.deliver(document, provenance);
        }
        first.earlier = List.of();
        second.earlier = List.of();
    }

    /** Settings laid over a service that is refused would be a service without endpoints: its last good one is kept instead. */
    private MeshPolicy withoutHollow(MeshPolicy policy, @Nullable PolicyDocument base) {
        if (kind != Combination.Kind.OVERLAY || base == null || base.refused().isEmpty()) {
            return policy;
        }
        Set<String> whole = new LinkedHashSet<>(policy.services().keySet());
        whole.removeIf(name -> base.refused().containsKey(name)
                && Objects.requireNonNull(policy.services().get(name))
                        .endpoints()
                        .isEmpty());
        return Excerpt.of(policy, whole);
    }

    /** Each with what the other one has of the same services. */
    private List<PolicyDocument> earlier() {
        List<PolicyDocument> earlier = new ArrayList<>();
        first.earlier.forEach(e -> earlier.add(combined(e, e.policy(), excerpt(second, e))));
        second.earlier.forEach(e -> earlier.add(combined(e, excerpt(first, e), e.policy())));
        return earlier;
    }

    private PolicyDocument combined(PolicyDocument of, @Nullable MeshPolicy one, @Nullable MeshPolicy other) {
        return new PolicyDocument(
                Combination.of(kind, one, other, isPart()).policy(), of.unknownFields(), of.refused(), Set.of());
    }

    private static @Nullable MeshPolicy excerpt(Part part, PolicyDocument of) {
        PolicyDocument has = part.document;
        return has == null
                ? null
                : Excerpt.of(has.policy(), of.policy().services().keySet());
    }

    /** Whether a source that has policy by the host has said nothing yet, so that both together speak of no host. */
    private boolean isPart() {
        return Stream.of(first, second).anyMatch(part -> part.document == null && part.byHost);
    }

    /** Of the less fresh of both, and what is wrong with one; null: neither says anything. */
    private @Nullable Provenance provenance(List<PolicyDocument> earlier) {
        IOException failing = first.failing != null ? first.failing : second.failing;
        Freshness freshness = Freshness.LIVE;
        Instant confirmed = null;
        for (Provenance p : Stream.of(first.provenance, second.provenance)
                .filter(Objects::nonNull)
                .toList()) {
            freshness = p.freshness().compareTo(freshness) > 0 ? p.freshness() : freshness;
            confirmed = confirmed == null || p.confirmed().isBefore(confirmed) ? p.confirmed() : confirmed;
        }
        return confirmed == null && earlier.isEmpty() && failing == null
                ? null
                : new Provenance(
                        freshness,
                        confirmed == null ? time.wall().instant() : confirmed,
                        null,
                        List.of(),
                        earlier,
                        failing);
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
        }
        signal.raise();
        for (Closeable part : watched) {
            part.close();
        }
    }

    /** One of both sources. */
    private final class Part implements PolicySource.Sink {
        private final VersionOrder order = new VersionOrder();
        private @Nullable PolicyDocument document;
        private @Nullable Provenance provenance;
        /** What is to be in force before the document is, of those that were not delivered. */
        private List<PolicyDocument> earlier = List.of();

        private @Nullable IOException failing;
        private boolean heard;
        private volatile boolean byHost;

        /** Finds out whether this source asks. */
        private final class ByHost implements PolicySource.Wanted {
            private final PolicySource.Wanted wanted;

            ByHost(PolicySource.Wanted wanted) {
                this.wanted = wanted;
            }

            @Override
            public SortedSet<String> hosts() {
                return wanted.hosts();
            }

            @Override
            public void onAsk(Runnable wake) {
                byHost = true;
                wanted.onAsk(wake);
            }
        }

        @Override
        public void deliver(PolicyDocument next) throws IOException {
            take(next, null);
        }

        @Override
        public void deliver(PolicyDocument next, Provenance from) throws IOException {
            take(next, from);
        }

        private void take(PolicyDocument next, @Nullable Provenance from) throws IOException {
            synchronized (CombinedWatch.this) {
                if (closed) {
                    return;
                }
                PolicyProblem problem = order.problem(next.policy().metadata());
                if (problem != null) {
                    throw new PolicyException(List.of(problem));
                }
                PolicyDocument documentBefore = document;
                Provenance provenanceBefore = provenance;
                List<PolicyDocument> earlierBefore = earlier;
                List<PolicyDocument> all = new ArrayList<>(earlier);
                if (waiting && document != null) {
                    all.add(document);
                }
                if (from != null) {
                    all.addAll(from.earlier());
                    from.order().forEach(order::applied);
                }
                earlier = all;
                document = next;
                provenance = from;
                failing = from == null || from.freshness() == Freshness.LIVE ? null : failing;
                heard();
                boolean inForce = false;
                try {
                    if (!waiting) {
                        CombinedWatch.this.deliver();
                    }
                    inForce = true;
                } finally {
                    if (!inForce) {
                        document = documentBefore;
                        provenance = provenanceBefore;
                        earlier = earlierBefore;
                    }
                }
                order.applied(next.policy().metadata());
            }
        }

        private void heard() {
            heard = true;
            if (waiting && first.heard && second.heard) {
                waiting = false;
                signal.raise();
            }
        }

        @Override
        public void confirmed() {
            synchronized (CombinedWatch.this) {
                if (closed) {
                    return;
                }
                provenance = Provenance.live(time.wall().instant(), null);
                failing = null;
                Provenance both = waiting ? null : CombinedWatch.this.provenance(List.of());
                if (both != null && both.freshness() == Freshness.LIVE && both.failing() == null) {
                    sink.confirmed();
                }
            }
        }

        /** While a document waits to be in force: what will be kept beside it. */
        @Override
        public List<PolicySource.Kept> kept() {
            synchronized (CombinedWatch.this) {
                PolicyDocument next = document;
                if (!waiting || next == null) {
                    return sink.kept();
                }
                Set<String> names = new LinkedHashSet<>();
                earlier.forEach(e -> names.addAll(e.policy().services().keySet()));
                names.removeAll(next.policy().services().keySet());
                next.policy().removed().forEach(names::remove);
                return names.stream()
                        .map(name -> new PolicySource.Kept(name, null))
                        .toList();
            }
        }

        @Override
        public void failed(IOException problem) {
            synchronized (CombinedWatch.this) {
                if (closed) {
                    return;
                }
                boolean waited = waiting;
                heard();
                failing = problem;
                sink.failed(problem);
                if (waited && !waiting) {
                    deliverWaiting();
                }
            }
        }
    }
}
