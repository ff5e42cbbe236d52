package dev.meshclient.spring;

import dev.meshclient.Mesh;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;

/** Beans of type {@code OkHttpClient}, also behind the type {@code Call.Factory}. */
final class OkHttpClients implements MeshClientType<Call.Factory> {
    private final ConfigurableListableBeanFactory beans;

    OkHttpClients(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public Class<Call.Factory> type() {
        return Call.Factory.class;
    }

    @Override
    public Call.Factory wrap(Call.Factory bean, String name, String service, Mesh mesh) {
        if (!(bean instanceof OkHttpClient client)) {
            throw new MeshConfigurationException(
                    "The bean '" + name + "' has @MeshClient(\"" + service + "\") and is a Call.Factory of class "
                            + bean.getClass().getName() + ", which the mesh cannot wrap.",
                    "Return an OkHttpClient from its @Bean method, or remove the annotation.");
        }
        return isDeclaredAsClient(name) ? mesh.wrap(client) : mesh.callFactory(client);
    }

    @Override
    public String example(String annotation) {
        return "@Bean " + annotation + " OkHttpClient client() { return new OkHttpClient(); }";
    }

    private boolean isDeclaredAsClient(String name) {
        BeanDefinition definition = beans.getMergedBeanDefinition(name);
        return !(definition instanceof RootBeanDefinition root)
                || root.getResolvedFactoryMethod() == null
                || root.getResolvedFactoryMethod().getReturnType() != Call.Factory.class;
    }
}
