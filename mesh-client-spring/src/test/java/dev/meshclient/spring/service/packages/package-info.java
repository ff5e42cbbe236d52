/** A package with HTTP interfaces. */
package dev.meshclient.spring.service.packages;
