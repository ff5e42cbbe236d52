package dev.meshclient.realpeers;

import dev.meshclient.Mesh;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Signal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** Callers that together send so many GET requests a second, whatever becomes of them. */
final class Load implements AutoCloseable {
    private static final int CALLERS = 16;
    private static final int KEPT = 20;

    private final RealTime time = RealTime.create("load");
    private final OkHttpClient http;
    private final long periodNanos;
    private final long began = time.now();
    private final CountDownLatch left = new CountDownLatch(CALLERS);
    private final AtomicLong turns = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private volatile boolean over;

    Load(OkHttpClient http, int perSecond) {
        this.http = http;
        this.periodNanos = 1_000_000_000L / perSecond;
        for (int i = 0; i < CALLERS; i++) {
            time.start("load-caller", this::callOnAndOn);
        }
    }

    private void callOnAndOn() {
        try {
            Signal pause = time.signal("pause");
            while (!over) {
                long turn = began + turns.getAndIncrement() * periodNanos;
                while (!over && time.now() < turn) {
                    pause.await(turn);
                }
                if (!over) {
                    call();
                }
            }
        } catch (IOException e) {
            fail(e.toString());
        } finally {
            left.countDown();
        }
    }

    private void call() {
        Request request = new Request.Builder().url("http://orders/load").build();
        try (Response response = http.newCall(request).execute()) {
            String body = response.body().string();
            if (response.code() == 200 && body.equals("answered")) {
                answered.incrementAndGet();
            } else {
                fail(response.code() + " " + body);
            }
        } catch (IOException e) {
            fail(e + ", " + Mesh.decision(e));
        } catch (RuntimeException e) {
            fail(e.toString());
        }
    }

    private void fail(String what) {
        failed.incrementAndGet();
        if (failures.size() < KEPT) {
            failures.add(what);
        }
    }

    long answered() {
        return answered.get();
    }

    long failed() {
        return failed.get();
    }

    /** What was said of the first that failed. */
    List<String> failures() {
        return failures;
    }

    /** Since it began, in nanoseconds. */
    long age() {
        return time.now() - began;
    }

    /** Lets requests under way end. */
    void stop() throws InterruptedException {
        over = true;
        left.await();
    }

    @Override
    public void close() {
        over = true;
        time.close();
    }
}
