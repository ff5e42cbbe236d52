package dev.meshclient.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.registry.FastTime;
import dev.meshclient.registry.RecordingSink;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubscriptionTest {
    private final FastTime time = new FastTime(200);
    private final RecordingSink sink = new RecordingSink();
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void stop() {
        time.close();
    }

    @Test
    void a_look_that_close_cancels_is_not_reported() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        Subscription subscription = Subscription.start("test", sink.at(time), new Subscription.Watched() {
            private volatile @Nullable DocumentSink reported;

            @Override
            public long look(DocumentSink to) {
                reported = to;
                looked.countDown();
                return Duration.ofDays(1).toNanos();
            }

            @Override
            public void cancel() {
                DocumentSink to = reported;
                if (to != null) {
                    to.failed(new IOException("cancelled"));
                }
            }

            @Override
            public void release() {
                released.countDown();
            }
        });
        looked.await();
        subscription.close();
        released.await();
        assertThat(sink.events()).isEmpty();
    }

    @Test
    void a_defect_is_reported_and_tried_again() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        Subscription subscription = Subscription.start("test", sink.at(time), new Subscription.Watched() {
            @Override
            public long look(DocumentSink to) {
                if (looks.incrementAndGet() == 1) {
                    throw new IllegalStateException("broken");
                }
                return Duration.ofDays(1).toNanos();
            }

            @Override
            public void cancel() {}

            @Override
            public void release() {
                released.countDown();
            }
        });
        await().until(() -> looks.get() == 2);
        assertThat(sink.problem(0)).contains("'test' failed", "broken");
        subscription.close();
        released.await();
    }
}
