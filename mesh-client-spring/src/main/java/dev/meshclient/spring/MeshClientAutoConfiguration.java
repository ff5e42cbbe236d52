package dev.meshclient.spring;

import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import okhttp3.Call;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.core.task.support.ExecutorServiceAdapter;

/** {@link MeshClient} on beans. It stays with {@code mesh.enabled=false}, and leaves them unchanged. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@Import(MeshShutdown.class)
public final class MeshClientAutoConfiguration {
    /** Below the number of threads that containers allow, often 4,096: readers of bodies and the server need some as well. */
    private static final int MAX_THREADS = 2_000;

    MeshClientAutoConfiguration() {}

    /**
     * The client below all clients that the mesh makes itself, for {@code RestClient} for example: one pool and one dispatcher, which
     * runs up to 2,000 asynchronous calls at a time; more wait. The policy has limits for each service. With
     * {@code spring.threads.virtual.enabled} its threads are virtual and have no limit. It is closed after the mesh. A bean with this
     * name replaces it, and its owner closes that.
     */
    @Bean(defaultCandidate = false)
    @Lazy
    @ConditionalOnMissingBean(name = "meshHttpClient")
    static OkHttpClient meshHttpClient(Environment environment, MeshShutdown shutdown) {
        boolean virtual = Threading.VIRTUAL.isActive(environment);
        Dispatcher dispatcher = virtual
                ? new Dispatcher(new ExecutorServiceAdapter(new VirtualThreadTaskExecutor("mesh-http-")))
                : new Dispatcher();
        int most = virtual ? Integer.MAX_VALUE : MAX_THREADS;
        dispatcher.setMaxRequests(most);
        dispatcher.setMaxRequestsPerHost(most);
        OkHttpClient client = new OkHttpClient.Builder().dispatcher(dispatcher).build();
        shutdown.afterMesh(() -> {
            if (!virtual) { // Spring's executor of virtual threads keeps none, and cannot be shut down
                dispatcher.executorService().shutdown();
            }
            client.connectionPool().evictAll();
        });
        return client;
    }

    @Bean
    static MeshClientType<Call.Factory> meshOkHttpClients(ConfigurableListableBeanFactory beans) {
        return new OkHttpClients(beans);
    }

    @Bean
    static KnownProperties meshKnownProperties(Environment environment) {
        return new KnownProperties(environment);
    }

    @Bean
    static MeshClientPostProcessor meshClientPostProcessor(
            ConfigurableListableBeanFactory beans,
            ObjectProvider<MeshClientType<?>> types,
            ObjectProvider<Mesh> mesh,
            Environment environment) {
        return new MeshClientPostProcessor(new AnnotatedClients(beans), types, mesh, environment);
    }

    @Bean
    MeshClients meshClients(ConfigurableListableBeanFactory beans, Environment environment) {
        return new MeshClients(new AnnotatedClients(beans), environment);
    }

    @Bean
    static MeshStart meshStart(
            ConfigurableListableBeanFactory beans,
            ObjectProvider<MeshClientType<?>> types,
            MeshClientPostProcessor processor,
            ObjectProvider<Mesh> mesh,
            ObjectProvider<Workload> workload) {
        return new MeshStart(beans, new AnnotatedClients(beans), types, processor, mesh, workload);
    }
}
