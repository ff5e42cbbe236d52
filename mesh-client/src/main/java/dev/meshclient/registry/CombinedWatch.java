package dev.meshclient.registry;

import dev.meshclient.internal.source.Combination;
import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.internal.source.Memory;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.internal.text.ExceptionText;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.version.VersionOrder;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches two sources and combines their documents whenever one of them changes. At the start each gets a short time to
 * deliver, since half a policy makes calls fail that the whole policy would serve; a source that fails or exceeds that time is
 * not waited for. After a restart a source that has not delivered yet is represented by the snapshot of an earlier process.
 */
final class CombinedWatch implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.policy");

    private final DocumentSink sink;
    private final Time time;
    private final CombinedSource source;
    private final Signal signal;
    private final Part first;
    private final Part second;
    private final List<Closeable> watched = new ArrayList<>();
    private List<String> conflicts = List.of();
    private boolean waiting;
    private boolean closed;

    private CombinedWatch(DocumentSink sink, CombinedSource source) {
        this.sink = sink;
        this.time = sink.time();
        this.source = source;
        this.signal = time.signal("policy-combined");
        this.first = new Part("1");
        this.second = new Part("2");
        this.waiting = !(first.isSettled() && second.isSettled());
    }

    static CombinedWatch start(DocumentSink sink, CombinedSource source) {
        CombinedWatch watch = new CombinedWatch(sink, source);
        watch.watch(source.first(), watch.first);
        watch.watch(source.second(), watch.second);
        if (watch.isWaiting() || watch.lacksRemembered()) {
            watch.time.start("policy-combined", watch::awaitParts);
        }
        return watch;
    }

    /** A source that throws fails alone: the other one is watched, and not waited with. */
    private void watch(PolicySource one, Part part) {
        try {
            watched.add(Objects.requireNonNull(
                    one.watch(part), "watch returned null: return a Closeable that ends the watch"));
        } catch (Throwable e) { // Kotlin may throw any
            Interrupts.keep(e);
            part.failed(new IOException(one + " cannot be watched: " + e, e));
        }
    }

    private synchronized boolean isWaiting() {
        return waiting && !closed;
    }

    /** Whether a source has not delivered yet and has a snapshot that may not be used yet. */
    private synchronized boolean lacksRemembered() {
        return !closed && (first.lacksRemembered() || second.lacksRemembered());
    }

    private void awaitParts() {
        try {
            awaitWhile(this::isWaiting, time.now() + Time.nanos(source.moment()));
            synchronized (this) {
                if (isWaiting()) {
                    waiting = false;
                    deliverWaiting();
                }
            }
            awaitWhile(this::lacksRemembered, first.memory.usableAt());
            synchronized (this) {
                if (lacksRemembered()) {
                    boolean alone =
                            first.state == null && second.state == null; // then the mesh already has it in force
                    first.remember();
                    second.remember();
                    if (!alone) {
                        deliverWaiting();
                    }
                }
            }
        } catch (InterruptedIOException e) {
            LOG.debug("no longer waiting for policy, the thread was interrupted");
        }
    }

    private void awaitWhile(BooleanSupplier condition, long until) throws InterruptedIOException {
        while (condition.getAsBoolean() && time.now() < until) {
            signal.await(until);
        }
    }

    private void deliverWaiting() {
        try {
            deliverAll();
        } catch (Throwable e) { // the sink may be of the application, and Kotlin may throw any
            Interrupts.keep(e);
            sink.failed(new IOException("the policy could not be put in force: " + ExceptionText.of(e), e));
        }
    }

    /**
     * Delivers in their order the documents that arrived during the wait: a service that only the first document had is kept
     * for a while.
     */
    private void deliverAll() throws IOException {
        for (State passed : first.takePassed()) {
            deliver(passed, second.state);
        }
        for (State passed : second.takePassed()) {
            deliver(first.state, passed);
        }
        if (first.state != null || second.state != null) {
            deliver(first.state, second.state);
        }
    }

    private void deliver(@Nullable State one, @Nullable State other) throws IOException {
        boolean isPart = Stream.of(first, second).anyMatch(part -> part.state == null && part.byHost);
        Combination.Combined combined = Combination.of(
                source.kind(), one == null ? null : one.document, other == null ? null : other.document, isPart);
        if (!combined.conflicts().isEmpty() && !combined.conflicts().equals(conflicts)) {
            LOG.warn(
                    "hosts that two sources claim for different services: {}", String.join("; ", combined.conflicts()));
        }
        conflicts = combined.conflicts();
        Instant now = time.wall().instant();
        List<State> states = Stream.of(one, other).filter(Objects::nonNull).toList();
        Optional<Instant> confirmedLongestAgo =
                states.stream().map(State::confirmed).filter(Objects::nonNull).min(Instant::compareTo);
        sink.deliver(new Delivery(
                combined.document(),
                states.stream().allMatch(State::live),
                confirmedLongestAgo.orElse(null),
                memory(now),
                first.failing != null ? first.failing : second.failing));
    }

    private Map<String, Remembered> memory(Instant now) {
        Map<String, Remembered> memory = new TreeMap<>();
        first.leaveIn(memory, now);
        second.leaveIn(memory, now);
        return memory;
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
        }
        signal.raise();
        IOException failure = null;
        for (Closeable part : watched) {
            try {
                part.close();
            } catch (Throwable e) { // Kotlin may throw any
                Interrupts.keep(e);
                failure = failure == null ? new IOException("a source did not close: " + e, e) : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * The document of one source.
     *
     * @param live whether this process received it
     * @param confirmed when it was received; null: the source always has it
     * @param memory the source's memory with this document
     */
    private record State(
            PolicyDocument document, boolean live, @Nullable Instant confirmed, Map<String, Remembered> memory) {
        Instant confirmedBy(Instant now) {
            return confirmed == null ? now : confirmed;
        }
    }

    /** One of the two sources. */
    private final class Part implements PolicySource.Sink, DocumentSink {
        private final String name;
        private final Memory memory;
        private VersionOrder order = new VersionOrder();
        private final List<State> passed =
                new ArrayList<>(); // documents that were replaced while the other source was waited for
        private @Nullable State state;
        private @Nullable IOException failing;
        private boolean heard;
        private volatile boolean byHost;

        Part(String name) {
            this.name = name;
            this.memory = sink.memory().of(name);
            remember();
        }

        private void remember() {
            Remembered left = memory.own(time.now());
            if (state == null && left != null && left.document() != null) {
                left.order().forEach(order::applied);
                state = new State(left.document(), false, left.confirmed(), memory.sources());
            }
        }

        boolean isSettled() {
            return heard || state != null;
        }

        boolean lacksRemembered() {
            return state == null && memory.sources().containsKey("");
        }

        List<State> takePassed() {
            List<State> taken = List.copyOf(passed);
            passed.clear();
            return taken;
        }

        void leaveIn(Map<String, Remembered> all, Instant now) {
            State last = state;
            if (last != null) {
                last.memory.forEach((within, remembered) -> all.put(name + within, remembered));
                Remembered own = last.memory.get("");
                all.put(
                        name,
                        new Remembered(
                                own == null ? null : own.etag(),
                                own == null ? "" : own.digest(),
                                own == null ? null : own.rejection(),
                                last.confirmedBy(now),
                                order.remembered(),
                                last.document));
            }
        }

        @Override
        public Time time() {
            return time;
        }

        @Override
        public Memory memory() {
            return memory;
        }

        /** Learns whether this source requests hosts on demand. */
        @Override
        public WantedHosts wanted() {
            return new WantedHosts() {
                @Override
                public SortedSet<String> hosts() {
                    return sink.wanted().hosts();
                }

                @Override
                public void onAsk(Runnable wake) {
                    byHost = true;
                    sink.wanted().onAsk(wake);
                }
            };
        }

        /** Called by a source outside this library, which does not report itself why a document was refused. */
        @Override
        public void deliver(PolicyDocument document) throws IOException {
            Objects.requireNonNull(document, "document must not be null: pass PolicyCodec.read(json)");
            reporting(() -> take(new State(document, true, time.wall().instant(), Map.of()), null));
        }

        @Override
        public void deliver(Delivery delivery) throws IOException {
            take(
                    new State(delivery.document(), delivery.live(), delivery.confirmed(), delivery.memory()),
                    delivery.failing());
        }

        private void take(State next, @Nullable IOException nextFailing) throws IOException {
            synchronized (CombinedWatch.this) {
                if (closed) {
                    return;
                }
                PolicyProblem problem = order.problem(next.document.policy().metadata());
                if (problem != null) {
                    throw new PolicyException(List.of(problem));
                }
                State before = state;
                VersionOrder orderBefore = order;
                if (isTaken(next.document, before == null ? null : before.document)) {
                    order = order.with(next.document.policy().metadata());
                }
                state = next;
                failing = next.live ? nextFailing : failing;
                boolean taken = false;
                try {
                    if (waiting && before != null) {
                        passed.add(before);
                    }
                    heard();
                    if (!waiting) {
                        deliverAll();
                    }
                    taken = true;
                } finally {
                    if (!taken) {
                        state = before;
                        order = orderBefore;
                    }
                }
            }
        }

        /** All that is not a service may matter to the services of the other source. */
        private static boolean isTaken(PolicyDocument next, @Nullable PolicyDocument before) {
            MeshPolicy policy = next.policy();
            MeshPolicy last = before == null ? MeshPolicy.builder().build() : before.policy();
            MeshPolicy headAlone = policy.toBuilder()
                    .metadata(last.metadata())
                    .services(last.services())
                    .removed(last.removed())
                    .build();
            return VersionOrder.isTaken(policy, next.refused().keySet(), !headAlone.equals(last));
        }

        private void heard() {
            heard = true;
            if (waiting && first.isSettled() && second.isSettled()) {
                waiting = false;
                signal.raise();
            }
        }

        @Override
        public void confirmed() {
            synchronized (CombinedWatch.this) {
                State last = state;
                if (closed || last == null) {
                    return;
                }
                state = new State(last.document, true, time.wall().instant(), last.memory);
                failing = null;
                boolean allLive = Stream.of(first, second)
                        .allMatch(part -> part.failing == null && (part.state == null || part.state.live));
                if (!waiting && allLive) {
                    sink.confirmed();
                }
            }
        }

        @Override
        public void failed(IOException problem) {
            Objects.requireNonNull(
                    problem, "problem must not be null: pass an IOException that says why there is no document");
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
