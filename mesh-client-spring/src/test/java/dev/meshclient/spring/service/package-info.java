@org.jspecify.annotations.NullMarked
package dev.meshclient.spring.service;
