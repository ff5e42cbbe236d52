package dev.meshclient.spring;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

/** An injection point with {@link MeshClient} and no bean with the same annotation. */
final class MissingMeshClientFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException>
        implements Ordered {
    private final ObjectProvider<MeshClientType<?>> types;

    MissingMeshClientFailureAnalyzer(BeanFactory beans) {
        types = beans.getBeanProvider(ResolvableType.forClass(MeshClientType.class));
    }

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
        return new FailureAnalysis(
                (description == null ? "A bean" : description) + " required a bean of type '" + type + "' with "
                        + annotation + ", and there is none. A bean with only the name '" + wanted.value()
                        + "' does not use the mesh.",
                action(type.toClass(), annotation),
                cause);
    }

    private String action(Class<?> wanted, String annotation) {
        List<MeshClientType<?>> known = types.orderedStream().toList();
        for (MeshClientType<?> of : known) {
            if (wanted.isAssignableFrom(of.type()) || of.type().isAssignableFrom(wanted)) {
                return "Declare one: " + of.example(annotation);
            }
            if (wanted == of.built()) {
                return "Inject the " + of.type().getCanonicalName() + " that builds it, and declare one: "
                        + of.example(annotation);
            }
        }
        return "The annotation works on "
                + known.stream().map(of -> of.type().getCanonicalName()).collect(Collectors.joining(", ")) + ".";
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
