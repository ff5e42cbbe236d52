package dev.meshclient.spring.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/** For tests of other packages: the auto-configuration of RestClient and RestTemplate. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ImportAutoConfiguration(MeshRestClientAutoConfiguration.class)
public @interface ImportMeshRestClient {}
