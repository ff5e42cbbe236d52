package dev.meshclient.spring.test;

import org.springframework.core.Ordered;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/** Resets the registry after each test method: tests share the application. */
final class MeshTestRegistryReset implements TestExecutionListener, Ordered {
    MeshTestRegistryReset() {}

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE - 100; // the order of Boot's own
    }

    @Override
    public void afterTestMethod(TestContext test) {
        if (test.hasApplicationContext()) {
            test.getApplicationContext().getBeanProvider(MeshTestRegistry.class).ifAvailable(MeshTestRegistry::reset);
        }
    }
}
