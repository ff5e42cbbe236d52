package dev.meshclient.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Thrown;
import dev.meshclient.registry.FastTime;
import dev.meshclient.registry.RecordingSink;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void a_defect_is_reported_and_tried_again(Thrown thrown) throws Exception {
        AtomicInteger looks = new AtomicInteger();
        Subscription subscription = Subscription.start("test", sink.at(time), new Subscription.Watched() {
            @Override
            public long look(DocumentSink to) {
                if (looks.incrementAndGet() == 1) {
                    throw thrown.now();
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
        assertThat(sink.problem(0)).contains("'test' failed", thrown.text());
        subscription.close();
        released.await();
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whatever_a_delivery_throws_is_an_IOException_and_reported(Thrown thrown) {
        assertThatThrownBy(() -> sink.reporting(() -> {
                    throw thrown.now();
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("of the application");
        assertThat(sink.problem(0)).contains("of the application");
    }
}
