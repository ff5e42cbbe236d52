package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationListener;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.mock.env.MockEnvironment;

class MeshPreloadingTest {
    @Test
    void it_listens_to_each_start_of_a_boot_application() {
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(ApplicationListener.class))
                .hasAtLeastOneElementOfType(MeshPreloading.class);
    }

    @Test
    void a_mesh_that_is_off_is_not_preloaded() {
        MockEnvironment environment = new MockEnvironment();
        assertThat(MeshPreloading.isOfUse(environment, 2)).isTrue();
        for (String off : new String[] {"false", "FALSE", "off", "no", "0"}) {
            assertThat(MeshPreloading.isOfUse(environment.withProperty("mesh.enabled", off), 2))
                    .as(off)
                    .isFalse();
        }
    }

    @Test
    void a_thread_that_cannot_start_keeps_no_one_waiting() {
        CountDownLatch ended = new CountDownLatch(1);
        Thread refused = new Thread() {
            @Override
            public synchronized void start() {
                throw new OutOfMemoryError("unable to create native thread");
            }
        };
        MeshPreloading.start(refused, ended);
        assertThat(ended.getCount()).isZero();
    }

    @Test
    void on_one_processor_nothing_is_preloaded_since_it_would_only_wait_for_it() {
        assertThat(MeshPreloading.isOfUse(new MockEnvironment(), 1)).isFalse();
    }
}
