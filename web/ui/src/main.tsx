import { render } from 'preact';
import { ErrorBoundary, LocationProvider, lazy, Route, Router } from 'preact-iso';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';
import './styles/flows.css';
import './styles/flow.css';
import './styles/waterfall.css';
import './styles/teams.css';
import './styles/ownership.css';
import './styles/spans.css';
import { followChanges } from './data/live.ts';
import { followStatus } from './data/status.ts';
import { needTeams } from './data/teams.ts';
import { FlowsPage } from './flows/FlowsPage.tsx';
import { Help } from './shell/Help.tsx';
import { NotFound } from './shell/NotFound.tsx';
import { Banner, TopBar } from './shell/TopBar.tsx';

const FlowPage = lazy(() => import('./flow/FlowPage.tsx'));
const TracePage = lazy(() => import('./trace/TracePage.tsx'));
const SpansPage = lazy(() => import('./spans/SpansPage.tsx'));
const TeamsPage = lazy(() => import('./teams/TeamsPage.tsx'));
const TeamPage = lazy(() => import('./teams/TeamPage.tsx'));
const HandoffsPage = lazy(() => import('./handoffs/HandoffsPage.tsx'));
const OwnershipPage = lazy(() => import('./ownership/OwnershipPage.tsx'));
const StatusPage = lazy(() => import('./shell/StatusPage.tsx'));

function App() {
  return (
    <LocationProvider>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <TopBar />
      <Banner />
      <main id="main" tabIndex={-1}>
        <ErrorBoundary>
          <Router>
            <Route path="/" component={FlowsPage} />
            <Route path="/flows" component={FlowsPage} />
            <Route path="/flows/:id" component={FlowPage} />
            <Route path="/traces/:id" component={TracePage} />
            <Route path="/spans" component={SpansPage} />
            <Route path="/teams" component={TeamsPage} />
            <Route path="/teams/:id" component={TeamPage} />
            <Route path="/handoffs" component={HandoffsPage} />
            <Route path="/ownership" component={OwnershipPage} />
            <Route path="/status" component={StatusPage} />
            <Route default component={NotFound} />
          </Router>
        </ErrorBoundary>
      </main>
      <Help />
    </LocationProvider>
  );
}

followStatus();
followChanges();
void needTeams();
render(<App />, document.getElementById('app')!);
