package dev.meshclient.spring;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

/** An injection point with {@link MeshClient} and no bean with the same annotation. */
final class MissingMeshClientFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException>
        implements Ordered {
    /** Before that of Boot, which does not know which bean to declare. */
    @Override
    public int getOrder() {
        return -10;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, NoSuchBeanDefinitionException cause, @Nullable String description) {
        ResolvableType type = cause.getResolvableType();
        MeshClient wanted = wanted(rootFailure);
        if (type == null || wanted == null) {
            return null;
        }
        String variant = wanted.variant().isEmpty() ? "" : ", variant = \"" + wanted.variant() + "\"";
        String annotation =
                "@MeshClient(" + (variant.isEmpty() ? "" : "value = ") + "\"" + wanted.value() + "\"" + variant + ")";
        String name = type.toClass().getSimpleName();
        return new FailureAnalysis(
                (description == null ? "A bean" : description) + " required a bean of type '" + type + "' with "
                        + annotation + ", and there is none. A bean with only the name '" + wanted.value()
                        + "' does not use the mesh.",
                "Declare one: @Bean " + annotation + " " + name + " client() { return new OkHttpClient(); }",
                cause);
    }

    private static @Nullable MeshClient wanted(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof UnsatisfiedDependencyException unsatisfied && unsatisfied.getInjectionPoint() != null) {
                MeshClient found = Arrays.stream(unsatisfied.getInjectionPoint().getAnnotations())
                        .filter(MeshClient.class::isInstance)
                        .map(MeshClient.class::cast)
                        .findFirst()
                        .orElse(null);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }
}
