package dev.meshclient.spring;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;

/** An injection point with {@link MeshClient} and no bean, or more than one, with the same annotation. */
final class MissingMeshClientFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException>
        implements Ordered {
    private final ConfigurableListableBeanFactory beans;
    private final AnnotatedClients annotated;
    private final ObjectProvider<MeshClientType<?>> types;

    MissingMeshClientFailureAnalyzer(BeanFactory factory) {
        beans = (ConfigurableListableBeanFactory) factory;
        annotated = new AnnotatedClients(beans);
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
        String required = (description == null ? "A bean" : description) + " required a bean of type '" + type
                + "' with " + annotation + ", and there ";
        if (cause instanceof NoUniqueBeanDefinitionException several && several.getBeanNamesFound() != null) {
            Collection<String> names = new TreeSet<>(several.getBeanNamesFound());
            return new FailureAnalysis(
                    required + "are " + names.size() + ": " + String.join(", ", names) + ".",
                    "Distinguish them by variant, on the bean and where it is injected: @MeshClient(value = \""
                            + wanted.value() + "\", variant = \"bulk\").",
                    cause);
        }
        return new FailureAnalysis(
                required + "is none. A bean with only the name '" + wanted.value() + "' does not use the mesh. "
                        + existing(),
                action(type.toClass(), wanted, annotation),
                cause);
    }

    private String existing() {
        Map<String, String> clients = annotated.all();
        return clients.isEmpty()
                ? "No bean has the annotation."
                : "These beans have the annotation: "
                        + clients.entrySet().stream()
                                .map(client -> client.getKey() + " -> " + client.getValue())
                                .collect(Collectors.joining(", "))
                        + ".";
    }

    private String action(Class<?> type, MeshClient wanted, String annotation) {
        List<MeshClientType<?>> known = types.orderedStream().toList();
        for (MeshClientType<?> of : known) {
            if (type.isAssignableFrom(of.type()) || of.type().isAssignableFrom(type)) {
                return "Declare one: " + of.example(annotation);
            }
            if (type == of.built()) {
                String inject = "Inject the " + of.type().getCanonicalName() + " that builds it";
                String there = builder(of, wanted);
                return there == null
                        ? inject + ", and declare one: " + of.example(annotation)
                        : inject + ", here the bean '" + there + "', and call its build().";
            }
        }
        String starter = MissingStarter.advice(type);
        if (starter != null) {
            return starter;
        }
        return "The annotation works on "
                + known.stream().map(of -> of.type().getCanonicalName()).collect(Collectors.joining(", ")) + ".";
    }

    /** The name of the bean with this annotation and type; null: there is none. */
    private @Nullable String builder(MeshClientType<?> type, MeshClient wanted) {
        return annotated.all().keySet().stream()
                .filter(bean -> beans.isTypeMatch(bean, type.type())
                        && wanted.equals(beans.findAnnotationOnBean(bean, MeshClient.class, false)))
                .findFirst()
                .orElse(null);
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
