package dev.meshclient.internal.okhttp.direct;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.internal.concurrent.TaskRunner;
import okhttp3.internal.connection.ConnectionListener;

/**
 * Pools that look for idle connections to close once a second. OkHttp's own pools wake a thread whenever a connection becomes idle,
 * about twice for each call.
 */
final class QuietPools {
    private static final long INTERVAL_NANOS = 1_000_000_000;

    static final TaskRunner RUNNER = runner(TaskRunner.INSTANCE.getBackend());

    private QuietPools() {}

    /** A connection is closed when it was idle for this time, or up to a second later if that is a second or more. */
    static ConnectionPool pool(int maxIdle, long keepAliveNanos) {
        return pool(maxIdle, keepAliveNanos, RUNNER);
    }

    static ConnectionPool pool(int maxIdle, long keepAliveNanos, TaskRunner runner) {
        return keepAliveNanos < INTERVAL_NANOS
                ? OkHttpPath.PUBLIC.pool(maxIdle, keepAliveNanos)
                : new ConnectionPool(
                        maxIdle, keepAliveNanos, TimeUnit.NANOSECONDS, runner, ConnectionListener.Companion.getNONE());
    }

    static TaskRunner runner(TaskRunner.Backend okhttp) {
        return new TaskRunner(new WithoutNotification(okhttp), TaskRunner.INSTANCE.getLogger$okhttp());
    }

    /** OkHttp's clock and threads; its coordinator gets no notification of a new task, and finds it within a second. */
    private record WithoutNotification(TaskRunner.Backend okhttp) implements TaskRunner.Backend {
        @Override
        public long nanoTime() {
            return okhttp.nanoTime();
        }

        @Override
        public void coordinatorNotify(TaskRunner runner) {}

        @Override
        public void coordinatorWait(TaskRunner runner, long nanos) {
            okhttp.coordinatorWait(runner, Math.min(nanos, INTERVAL_NANOS));
        }

        @Override
        public <T> BlockingQueue<T> decorate(BlockingQueue<T> queue) {
            return okhttp.decorate(queue);
        }

        @Override
        public void execute(TaskRunner runner, Runnable task) {
            okhttp.execute(runner, task);
        }
    }
}
