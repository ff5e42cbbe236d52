package dev.meshclient.internal.okhttp.direct;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.internal.concurrent.TaskRunner;
import okhttp3.internal.connection.ConnectionListener;

/**
 * Pools whose idle connections are looked after once a second. OkHttp's own wake a thread whenever a connection becomes idle, about
 * twice for each call.
 */
final class QuietPools {
    private static final long INTERVAL_NANOS = 1_000_000_000;

    private static final TaskRunner RUNNER =
            new TaskRunner(new Unhurried(TaskRunner.INSTANCE.getBackend()), TaskRunner.INSTANCE.getLogger$okhttp());

    private QuietPools() {}

    /** A connection is closed when it was idle for this time, or for a second if that is longer. */
    static ConnectionPool pool(int maxIdle, long keepAliveNanos) {
        return keepAliveNanos < INTERVAL_NANOS
                ? OkHttpPath.PUBLIC.pool(maxIdle, keepAliveNanos)
                : new ConnectionPool(
                        maxIdle, keepAliveNanos, TimeUnit.NANOSECONDS, RUNNER, ConnectionListener.Companion.getNONE());
    }

    /** OkHttp's clock and threads; its coordinator is not told of new tasks and finds them by itself. */
    private record Unhurried(TaskRunner.Backend okhttp) implements TaskRunner.Backend {
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
