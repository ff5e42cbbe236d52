package dev.meshclient.spring.ssl;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.spring.MeshConfigurationException;
import dev.meshclient.tls.ServerTls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Registers the identity as an SSL bundle, and updates it at each rotation. The identity is watched from the first use of the bundle
 * on: an application that does not use it has no cost, and a source that needs the bundles of Boot can be made before.
 */
final class IdentityBundle implements SslBundleRegistrar, SmartInitializingSingleton, DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring");

    /** The bean that is there in any case, and null if no property states an identity. */
    private static final String OF_PROPERTIES = "meshIdentity";

    private final String name;
    private final ConfigurableListableBeanFactory beans;
    private final Environment environment;
    private final Object publishing = new Object();
    private @Nullable SslBundleRegistry registry;
    private @Nullable ServerTls tls;
    private @Nullable Svid used;
    private boolean taken;
    private volatile @Nullable SslBundle current;
    private volatile @Nullable SslBundle firstRead;
    private volatile boolean updates;

    IdentityBundle(String name, ConfigurableListableBeanFactory beans, Environment environment) {
        this.name = name.strip();
        this.beans = beans;
        this.environment = environment;
    }

    @Override
    public void registerBundles(SslBundleRegistry bundles) {
        taken = bundles instanceof SslBundles known && known.getBundleNames().contains(name);
        if (!name.isEmpty() && !taken && hasIdentity()) {
            registry = bundles;
            bundles.registerBundle(name, new UntilRotation());
        }
    }

    private boolean hasIdentity() {
        return StringUtils.hasText(environment.getProperty("mesh.identity.directory"))
                || StringUtils.hasText(environment.getProperty("mesh.identity.ssl-bundle"))
                || Arrays.stream(beans.getBeanNamesForType(WorkloadIdentity.class, true, false))
                        .anyMatch(bean -> !bean.equals(OF_PROPERTIES));
    }

    String name() {
        return name;
    }

    /** Whether a bundle of this name is that of the mesh. */
    boolean isOfMesh(@Nullable String bundle) {
        return !taken && !name.isEmpty() && name.equals(bundle);
    }

    /**
     * Waits for the identity, for a server that presents it.
     *
     * @throws MeshConfigurationException if there is none after {@code mesh.initial-fetch-timeout}
     */
    SslBundle required() {
        if (registry == null) {
            throw new MeshConfigurationException(
                    "The server has the SSL bundle '" + name
                            + "', the identity of this workload, and no identity is stated.",
                    "State mesh.identity.directory or mesh.identity.ssl-bundle, or declare a bean of type WorkloadIdentity.");
        }
        SslBundle bundle = awaited();
        if (bundle == null) {
            throw new MeshConfigurationException(
                    "The SSL bundle '" + name + "' needs the identity of this workload, and there is none after "
                            + timeout().toMillis() + " ms: " + reason() + ".",
                    "Correct mesh.identity. If its files are written after the start of this process, set"
                            + " mesh.initial-fetch-timeout to a longer time. If they have other names, set mesh.identity.certificate,"
                            + " mesh.identity.private-key and mesh.identity.trust-bundle.");
        }
        return bundle;
    }

    private Duration timeout() {
        return Binder.get(environment)
                .bind("mesh.initial-fetch-timeout", Duration.class)
                .orElse(Duration.ofSeconds(5));
    }

    private synchronized String reason() {
        try {
            return tls == null ? "it is not watched" : tls.identity() + " cannot be presented, see the log";
        } catch (SSLException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Waits once. Null: there is no identity yet. */
    private synchronized @Nullable SslBundle awaited() {
        if (tls == null) {
            ServerTls started = ServerTls.of(beans.getBean(WorkloadIdentity.class));
            tls = started;
            started.onChange(svid -> publish(started, svid));
            try {
                started.awaitReady(timeout());
                publish(started, started.identity());
            } catch (InterruptedIOException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                LOG.warn("the SSL bundle '{}' has no certificate: {}", name, e.getMessage());
            }
            updates = true;
            firstRead = current;
        }
        return current;
    }

    /** An identity that cannot be published leaves the last one in use. */
    private void publish(ServerTls source, Svid svid) {
        synchronized (publishing) {
            if (svid.equals(used)) {
                return;
            }
            try {
                current = SvidBundle.of(svid, source.trustManager(svid));
                used = svid;
            } catch (GeneralSecurityException | RuntimeException e) {
                LOG.error("the SSL bundle '{}' cannot present {}", name, svid, e);
                return;
            }
            if (updates) {
                update();
            }
        }
    }

    private void update() {
        SslBundle bundle = current;
        if (registry != null && bundle != null) {
            try {
                registry.updateBundle(name, bundle);
            } catch (RuntimeException e) {
                LOG.error("a user of the SSL bundle '{}' did not take its new certificate", name, e);
            }
        }
    }

    /** A server registers for updates after it has read the bundle: one between the two would be lost. */
    @Override
    public void afterSingletonsInstantiated() {
        synchronized (publishing) {
            if (updates && current != firstRead) {
                update();
            }
        }
    }

    @Override
    public void destroy() throws IOException {
        ServerTls started;
        synchronized (this) {
            started = tls;
        }
        if (started != null) {
            started.close();
        }
    }

    /** What the registry has until the first rotation. */
    private final class UntilRotation implements SslBundle {
        /** No stores if there is no identity yet: health and metrics read them as well. */
        @Override
        public SslStoreBundle getStores() {
            SslBundle bundle = awaited();
            return bundle == null ? SslStoreBundle.NONE : bundle.getStores();
        }

        @Override
        public SslManagerBundle getManagers() {
            return required().getManagers();
        }

        @Override
        public SslBundleKey getKey() {
            return SslBundleKey.NONE;
        }

        @Override
        public SslOptions getOptions() {
            return SslOptions.NONE;
        }

        @Override
        public String getProtocol() {
            return DEFAULT_PROTOCOL;
        }
    }
}
