/**
 * Spring Boot auto-configuration for Onehop. Nothing is here yet: the module holds its place in the build.
 */
package dev.onehop.spring;
