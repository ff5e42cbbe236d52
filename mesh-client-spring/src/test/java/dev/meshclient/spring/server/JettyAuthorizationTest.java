package dev.meshclient.spring.server;

import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;

class JettyAuthorizationTest extends ServletContract {
    JettyAuthorizationTest() {
        super(TomcatServletWebServerAutoConfiguration.class);
    }
}
