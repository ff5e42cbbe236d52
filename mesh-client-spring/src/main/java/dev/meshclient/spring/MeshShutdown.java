package dev.meshclient.spring;

import dev.meshclient.Mesh;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;

/**
 * Closes the mesh after all other beans, and then the threads and connections below it. Spring makes post-processors before all other
 * beans and destroys beans in the opposite order: requests that the server still answers, tasks of an executor that waits for them and
 * {@code @PreDestroy} methods can call other services until then.
 */
public final class MeshShutdown implements BeanPostProcessor, PriorityOrdered, DisposableBean {
    private volatile @Nullable Mesh mesh;
    private final Queue<Runnable> last = new ConcurrentLinkedQueue<>();

    MeshShutdown() {}

    Mesh of(Mesh made) {
        mesh = made;
        return made;
    }

    /** Whether it closes this mesh: one that the application made has an end of its own. */
    boolean closes(Mesh running) {
        return mesh == running;
    }

    /** @param close runs when all beans are destroyed and the mesh, if there is one, has waited for its calls and is closed */
    public void afterMesh(Runnable close) {
        last.add(close);
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
        last.forEach(Runnable::run);
    }
}
