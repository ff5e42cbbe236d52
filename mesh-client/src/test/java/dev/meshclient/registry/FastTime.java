package dev.meshclient.registry;

import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import java.io.InterruptedIOException;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** Time that passes many times as fast as it does: pauses of seconds are short, sockets and files stay what they are. */
public final class FastTime implements Time, AutoCloseable {
    private final RealTime real = RealTime.create("fast");
    private final AtomicInteger running = new AtomicInteger();
    private final long speed;

    public FastTime(long speed) {
        this.speed = speed;
    }

    /** Tasks that were started and have not ended. */
    public int running() {
        return running.get();
    }

    @Override
    public long now() {
        return real.now() * speed;
    }

    @Override
    public InstantSource wall() {
        return real.wall();
    }

    @Override
    public RandomGenerator random() {
        return real.random();
    }

    @Override
    public Signal signal(String name) {
        Signal signal = real.signal(name);
        return new Signal() {
            @Override
            public boolean await(long until) throws InterruptedIOException {
                return signal.await(until / speed + 1);
            }

            @Override
            public void raise() {
                signal.raise();
            }
        };
    }

    @Override
    public Timer at(long at, String name, Runnable action) {
        return real.at(at / speed, name, action);
    }

    @Override
    public void start(String name, Runnable task) {
        running.incrementAndGet();
        real.start(name, () -> {
            try {
                task.run();
            } finally {
                running.decrementAndGet();
            }
        });
    }

    @Override
    public void close() {
        real.close();
    }
}
