package dev.meshclient.registry;

import static org.awaitility.Awaitility.await;

import dev.meshclient.policy.PolicyDocument;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what it is given: {@code v7} for a document of version 7, {@code v7 STALE}, {@code !} for a problem, in order. */
final class RecordingSink implements PolicySource.Sink {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final AtomicInteger confirmations = new AtomicInteger();
    private final List<IOException> problems = new CopyOnWriteArrayList<>();

    @Override
    public void deliver(PolicyDocument document) throws IOException {
        events.add("v" + document.policy().metadata().version());
    }

    @Override
    public void deliver(PolicyDocument document, Provenance provenance) throws IOException {
        boolean live = provenance.freshness() == Provenance.Freshness.LIVE;
        events.add("v" + document.policy().metadata().version() + (live ? "" : " " + provenance.freshness()));
    }

    @Override
    public void confirmed() {
        confirmations.incrementAndGet();
    }

    @Override
    public void failed(IOException problem) {
        problems.add(problem);
        events.add("!");
    }

    List<String> events() {
        return List.copyOf(events);
    }

    /** What was said of the problem, 0 = the first. */
    String problem(int n) {
        return String.valueOf(problems.get(n).getMessage());
    }

    List<IOException> problems() {
        return List.copyOf(problems);
    }

    void awaitConfirmed() {
        await().atMost(PATIENCE).until(() -> confirmations.get() > 0);
    }

    int confirmations() {
        return confirmations.get();
    }

    void awaitEvents(String... expected) {
        await().atMost(PATIENCE).until(this::events, List.of(expected)::equals);
    }

    void awaitEvent(String expected) {
        await().atMost(PATIENCE).until(() -> events.contains(expected));
    }
}
