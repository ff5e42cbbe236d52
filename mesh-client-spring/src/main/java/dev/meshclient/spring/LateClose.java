package dev.meshclient.spring;

import dev.meshclient.Mesh;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;

/**
 * Closes the mesh after all other beans. Spring makes post-processors before all other beans and destroys beans in the opposite
 * order: requests that the server still answers, tasks of an executor that waits for them and {@code @PreDestroy} methods can call other
 * services until then.
 */
final class LateClose implements BeanPostProcessor, PriorityOrdered, DisposableBean {
    private volatile @Nullable Mesh mesh;

    Mesh of(Mesh made) {
        mesh = made;
        return made;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void destroy() {
        Mesh made = mesh;
        if (made != null) {
            made.close();
        }
    }
}
