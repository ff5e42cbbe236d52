package dev.meshclient.internal.endpoint;

import dev.meshclient.internal.time.Notifications;
import java.util.concurrent.atomic.AtomicInteger;

/** The endpoints of a service as a whole: says that one went out or came back. Outlives policies. */
public final class ServiceState extends AtomicInteger {
    private static final long serialVersionUID = 1;

    private final transient Notifications news = new Notifications();
    private final transient TrafficCounters transit = new TrafficCounters();
    private transient boolean foundFar;

    /** A number that is another one after every change. */
    public int changes() {
        return get();
    }

    /** One went out or came back: whoever plans with them plans anew. */
    public void changed() {
        incrementAndGet();
    }

    /** How far its attempts went. */
    public TrafficCounters transit() {
        return transit;
    }

    /** None of them is in our zone. @return whether that is said for the first time */
    public synchronized boolean isNewsThatFar() {
        boolean news = !foundFar;
        foundFar = true;
        return news;
    }

    /** Says what happened, and holds nobody up: it is told by {@link #tell}. The order of these is the order of the telling. */
    public void happened(Runnable told) {
        news.add(told);
    }

    /** Tells all that happened, one after the other, here or on the thread that is telling just now; under no lock. */
    public void tell() {
        news.deliver();
    }
}
