package dev.meshclient.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Sends the answers of {@link PeerProcess}: at once, after a pause, or together. */
final class Answers {
    private final long pauseMillis;
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    });
    private int wanted; // guarded by this; 0: answers are not held
    private final List<Answer> held = new ArrayList<>(); // guarded by this

    private record Answer(OutputStream out, byte[] bytes) {
        void write() throws IOException {
            Answers.write(out, bytes);
        }
    }

    /** Writes the bytes in one piece: several threads write to a connection. */
    static void write(OutputStream out, byte[] bytes) throws IOException {
        synchronized (out) {
            out.write(bytes);
        }
    }

    /** @param pauseMillis 0: at once */
    Answers(long pauseMillis) {
        this.pauseMillis = pauseMillis;
    }

    void send(OutputStream out, byte[] bytes) throws IOException {
        Answer answer = new Answer(out, bytes);
        if (isHeld(answer)) {
            return;
        }
        if (pauseMillis == 0) {
            answer.write();
            return;
        }
        Future<?> unused = later.schedule(
                () -> {
                    answer.write();
                    return true;
                },
                pauseMillis,
                TimeUnit.MILLISECONDS);
    }

    private synchronized boolean isHeld(Answer answer) {
        if (wanted == 0) {
            return false;
        }
        held.add(answer);
        if (held.size() == wanted) {
            notifyAll();
        }
        return true;
    }

    /** From now on no answer is sent until {@link #release}. */
    synchronized void hold(int requests) {
        wanted = requests;
    }

    /** Waits until as many requests are there as were named, and at most so long. @return how many are there */
    synchronized int await(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (held.size() < wanted) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        return held.size();
    }

    void release() {
        List<Answer> answers;
        synchronized (this) {
            wanted = 0;
            answers = List.copyOf(held);
            held.clear();
        }
        for (Answer answer : answers) {
            try {
                answer.write();
            } catch (IOException closed) {
                // By the client.
            }
        }
    }
}
