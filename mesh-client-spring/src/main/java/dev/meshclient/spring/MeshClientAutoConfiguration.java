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
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.core.task.support.ExecutorServiceAdapter;

/** {@link MeshClient} on beans. It stays with {@code mesh.enabled=false}, and leaves them unchanged. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
public final class MeshClientAutoConfiguration {
    MeshClientAutoConfiguration() {}

    /**
     * The client below all clients that the mesh makes itself, for {@code RestClient} for example: one pool and one dispatcher, without
     * limits of calls, of which the policy has some. Its threads are virtual with {@code spring.threads.virtual.enabled}. A bean with
     * this name replaces it.
     */
    @Bean(defaultCandidate = false)
    @Lazy
    @ConditionalOnMissingBean(name = "meshHttpClient")
    static OkHttpClient meshHttpClient(Environment environment) {
        Dispatcher dispatcher = Threading.VIRTUAL.isActive(environment)
                ? new Dispatcher(new ExecutorServiceAdapter(new VirtualThreadTaskExecutor("mesh-http-")))
                : new Dispatcher();
        dispatcher.setMaxRequests(Integer.MAX_VALUE);
        dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
        return new OkHttpClient.Builder().dispatcher(dispatcher).build();
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
