package dev.meshclient.spring.web;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.restclient.test.MockServerRestClientCustomizer;
import org.springframework.boot.restclient.test.MockServerRestTemplateCustomizer;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * In a test with {@code @AutoConfigureMockRestServiceServer}, the mock answers in place of the mesh. A client that Boot did not
 * configure is bound to the mock now, so that no call of the test uses the network.
 */
final class MockRestServers {
    private static final String PACKAGE = "org.springframework.boot.restclient.test.";

    private MockRestServers() {}

    /** Whether a mock answers the calls of this client. */
    static boolean answer(RestClient.Builder client, BeanFactory beans) {
        return isPresent("MockServerRestClientCustomizer") && OfRestClients.answer(client, beans);
    }

    /** Whether a mock answers the calls of this client. */
    static boolean answer(RestTemplate client, BeanFactory beans) {
        return isPresent("MockServerRestTemplateCustomizer") && OfRestTemplates.answer(client, beans);
    }

    private static boolean isPresent(String name) {
        return ClassUtils.isPresent(PACKAGE + name, MockRestServers.class.getClassLoader());
    }

    /** Classes of their own: their types are not there outside of tests. */
    private static final class OfRestClients {
        static boolean answer(RestClient.Builder client, BeanFactory beans) {
            var mocks =
                    beans.getBeanProvider(MockServerRestClientCustomizer.class).getIfAvailable();
            if (mocks != null && mocks.getServer(client) == null) {
                mocks.customize(client);
            }
            return mocks != null;
        }
    }

    private static final class OfRestTemplates {
        static boolean answer(RestTemplate client, BeanFactory beans) {
            var mocks = beans.getBeanProvider(MockServerRestTemplateCustomizer.class)
                    .getIfAvailable();
            if (mocks != null && mocks.getServer(client) == null) {
                mocks.customize(client);
            }
            return mocks != null;
        }
    }
}
