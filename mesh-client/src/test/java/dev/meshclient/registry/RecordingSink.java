package dev.meshclient.registry;

import static org.awaitility.Awaitility.await;

import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.internal.source.Memory;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyDocument;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what it is given: {@code v7} for a document of version 7, {@code !} for a problem, in order. A mesh's, of any clock. */
public class RecordingSink implements PolicySource.Sink, DocumentSink {

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final AtomicInteger confirmations = new AtomicInteger();
    private final List<IOException> problems = new CopyOnWriteArrayList<>();
    private volatile Time time = new StepTime();
    private volatile WantedHosts wanted = WantedHosts.NONE;
    private volatile Memory memory = Memory.NONE;

    public RecordingSink() {}

    /** This sink, with another clock. */
    public RecordingSink at(Time clock) {
        time = clock;
        return this;
    }

    public RecordingSink wanting(WantedHosts hosts) {
        wanted = hosts;
        return this;
    }

    public RecordingSink remembering(Memory left) {
        memory = left;
        return this;
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public WantedHosts wanted() {
        return wanted;
    }

    @Override
    public Memory memory() {
        return memory;
    }

    @Override
    public void deliver(PolicyDocument document) throws IOException {
        events.add("v" + document.policy().metadata().version());
    }

    @Override
    public void deliver(Delivery delivery) throws IOException {
        deliver(delivery.document());
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

    public List<String> events() {
        return List.copyOf(events);
    }

    /** What was said of the problem, 0 = the first. */
    public String problem(int n) {
        return String.valueOf(problems.get(n).getMessage());
    }

    public List<IOException> problems() {
        return List.copyOf(problems);
    }

    public void awaitConfirmed() {
        await().until(() -> confirmations.get() > 0);
    }

    public int confirmations() {
        return confirmations.get();
    }

    public void awaitEvents(String... expected) {
        await().until(this::events, List.of(expected)::equals);
    }

    public void awaitEvent(String expected) {
        await().until(() -> events.contains(expected));
    }
}
