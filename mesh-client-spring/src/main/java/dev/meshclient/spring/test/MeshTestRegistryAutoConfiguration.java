package dev.meshclient.spring.test;

import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.core.io.ResourceLoader;

/** The beans of {@link AutoConfigureMeshRegistry}. */
@AutoConfiguration(before = MeshAutoConfiguration.class)
final class MeshTestRegistryAutoConfiguration {
    MeshTestRegistryAutoConfiguration() {}

    @Bean
    MeshTestRegistry meshTestRegistry(@Value("${mesh.test.registry.policy:}") String policy, ResourceLoader resources)
            throws IOException {
        return new MeshTestRegistry(
                policy.isEmpty() ? null : resources.getResource(policy).getContentAsString(StandardCharsets.UTF_8));
    }

    @Bean
    @Primary // before those of the application
    PolicySource meshTestPolicySource(MeshTestRegistry registry) {
        return registry.source();
    }

    @Bean
    CallObserver.Factory meshTestCalls(MeshTestRegistry registry) {
        return registry.observer();
    }
}
