// The whole shop on Railway: preview with `railway config plan`, bring about with `railway config apply`.
import { defineRailway, postgres, preserve, project, service } from "railway/iac";

const build = { builder: "DOCKERFILE", dockerfilePath: "Dockerfile" } as const;

// gunicorn gives requests under way 25 s, the worker its job 5 s. Railway's own default is 0 s: killed at once.
const drain = { drainingSeconds: 30, restartPolicyType: "ALWAYS" } as const;

export default defineRailway(() => {
  const database = postgres("postgres");

  // preserve(): the value lives in Railway alone and is set there once.
  const env = {
    COMMERCE_ENV: "production",
    DATABASE_URL: database.env.DATABASE_URL,
    COMMERCE_SECRET: preserve(),
    STRIPE_SECRET_KEY: preserve(),
    STRIPE_WEBHOOK_SECRET: preserve(),
    STRIPE_PUBLISHABLE_KEY: preserve(),
    PUBLIC_STORE_URL: preserve(),
    EMAIL_PROVIDER: "smtp",
    EMAIL_PROVIDER_KEY: preserve(),
    EMAIL_FROM: preserve(),
    TRUSTED_PROXIES: "1",
  };

  const web = service("web", {
    build,
    preDeploy: "commerce db migrate",
    start: "commerce serve", // Listens on PORT, which Railway gives.
    healthcheck: "/health/ready",
    healthcheckTimeout: 60,
    deploy: { ...drain, overlapSeconds: 10 },
    env,
  });

  const worker = service("worker", {
    build,
    preDeploy: "commerce db migrate", // Whichever is deployed first does it; the other finds nothing to do.
    start: "commerce worker",
    deploy: drain,
    env,
  });

  return project("commerce", { resources: [database, web, worker] });
});
